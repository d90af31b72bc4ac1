//! A feed into a JSONL file, by tungstenite and serde_json: `tungstenite URL PATH`.
use contenders::{Lines, arguments};
use tungstenite::{Error, Message};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (url, path) = arguments();
    let mut lines = Lines::create(&path)?;
    let (mut socket, _) = tungstenite::connect(url)?;
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => lines.add(text.as_bytes())?,
            Ok(_) => {}
            Err(Error::ConnectionClosed) => break,
            // The server need not close a TLS connection by its rules.
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(lines.finish()?)
}
