//! What the contenders in Rust share: the file, and what they tell at the end.
use std::fs::File;
use std::io::{BufWriter, Result, Write};

/// A file of lines, each of which is one JSON text.
pub struct Lines {
    file: BufWriter<File>,
    records: u64,
}

impl Lines {
    pub fn create(path: &str) -> Result<Self> {
        let file = BufWriter::with_capacity(128 * 1024, File::create(path)?);
        Ok(Lines { file, records: 0 })
    }

    /// Checks that a frame is one JSON text, and writes it down. Both libraries have checked that it is UTF-8.
    pub fn add(&mut self, frame: &[u8]) -> Result<()> {
        serde_json::from_slice::<serde::de::IgnoredAny>(frame)?;
        self.file.write_all(frame)?;
        self.file.write_all(b"\n")?;
        self.records += 1;
        Ok(())
    }

    /// Writes out what is left, and prints what the process took since it began.
    pub fn finish(mut self) -> Result<()> {
        self.file.flush()?;
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
        println!(
            "{}",
            serde_json::json!({
                "records": self.records,
                "cpuSeconds": seconds(usage.ru_utime) + seconds(usage.ru_stime),
                "maxRssMiB": usage.ru_maxrss as f64 / 1024.0,
            })
        );
        Ok(())
    }
}

/// The URL and the path of the file, which every contender is called with.
pub fn arguments() -> (String, String) {
    let mut given = std::env::args().skip(1);
    match (given.next(), given.next()) {
        (Some(url), Some(path)) => (url, path),
        _ => panic!("Call it with a URL and the path of a file."),
    }
}
