//! A feed into a JSONL file, by fastwebsockets and serde_json, on one thread: `fastwebsockets URL PATH`.
use contenders::{Lines, arguments};
use fastwebsockets::{FragmentCollector, OpCode, handshake};
use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, HOST, UPGRADE};
use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let (url, path) = arguments();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(run(Url::parse(&url)?, Lines::create(&path)?))
}

async fn run(url: Url, lines: Lines) -> Result<(), Box<dyn Error>> {
    let host = url.host_str().ok_or("The URL has no host.")?.to_string();
    let stream =
        TcpStream::connect((host.as_str(), url.port_or_known_default().unwrap_or(80))).await?;
    stream.set_nodelay(true)?;
    if url.scheme() == "ws" {
        return receive(url, stream, lines).await;
    }
    let stream = tls()?.connect(host.try_into()?, stream).await?;
    receive(url, stream, lines).await
}

async fn receive<S>(url: Url, stream: S, mut lines: Lines) -> Result<(), Box<dyn Error>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let request = Request::get(url.path())
        .header(HOST, url.authority())
        .header(UPGRADE, "websocket")
        .header(CONNECTION, "upgrade")
        .header("Sec-WebSocket-Key", handshake::generate_key())
        .header("Sec-WebSocket-Version", "13")
        .body(Empty::<Bytes>::new())?;
    let (socket, _) = handshake::client(&SpawnExecutor, request, stream).await?;
    let mut socket = FragmentCollector::new(socket);
    loop {
        let frame = socket.read_frame().await?;
        match frame.opcode {
            OpCode::Text => lines.add(&frame.payload)?,
            OpCode::Close => break,
            _ => {}
        }
    }
    Ok(lines.finish()?)
}

fn tls() -> Result<TlsConnector, Box<dyn Error>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

struct SpawnExecutor;

impl<F> hyper::rt::Executor<F> for SpawnExecutor
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, future: F) {
        tokio::task::spawn(future);
    }
}
