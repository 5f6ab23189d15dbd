//! The server on loopback.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use super::http::{Line, serve};
use super::ledger::{Director, lock};

/// How a server stands to those who want to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The port is taken, but nobody listens: connections are refused until [`Server::open`].
    Closed,
    /// The queue of connections is full and nobody takes any out of it: further ones never come about.
    Deaf,
    Open,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    director: Hidden,
    /// A port that is taken, but on which nobody listens yet.
    closed: Mutex<Option<TcpSocket>>,
    task: Mutex<Option<JoinHandle<()>>>,
    connections: Arc<Connections>,
    /// What keeps a deaf server deaf.
    deaf: Option<(TcpListener, Vec<TcpStream>)>,
}

/// How many connections are open now, and were at most.
#[derive(Debug, Default)]
struct Connections {
    open: AtomicUsize,
    most: AtomicUsize,
}

struct Hidden(Arc<dyn Director>);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Director")
    }
}

impl Server {
    /// Starts a server on a free port of loopback.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start(director: Arc<dyn Director>, door: Door) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = socket.local_addr()?;
        let mut server = Self {
            address,
            director: Hidden(director),
            closed: Mutex::new(None),
            task: Mutex::new(None),
            connections: Arc::default(),
            deaf: None,
        };
        match door {
            Door::Open => server.listen(socket)?,
            Door::Closed => server.closed = Mutex::new(Some(socket)),
            Door::Deaf => server.deaf = Some(fill(socket, address).await?),
        }
        Ok(server)
    }

    /// Listens from now on, if nobody does yet.
    ///
    /// # Errors
    ///
    /// When the operating system doesn't let it.
    pub fn open(&self) -> io::Result<()> {
        let socket = lock(&self.closed).take();
        socket.map_or(Ok(()), |socket| self.listen(socket))
    }

    fn listen(&self, socket: TcpSocket) -> io::Result<()> {
        let listener = socket.listen(1_024)?;
        let (director, connections) = (Arc::clone(&self.director.0), Arc::clone(&self.connections));
        let task = tokio::spawn(async move {
            let mut tasks = tokio::task::JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                        let _ = stream.set_nodelay(true);
                        let (director, connections) = (Arc::clone(&director), Arc::clone(&connections));
                        tasks.spawn(async move {
                            let open = connections.open.fetch_add(1, Ordering::Relaxed) + 1;
                            connections.most.fetch_max(open, Ordering::Relaxed);
                            let _guard = Guard(Arc::clone(&connections));
                            serve(stream, director).await;
                        });
                    },
                    Some(_) = tasks.join_next() => {}
                }
            }
        });
        *lock(&self.task) = Some(task);
        Ok(())
    }

    /// The origin at which the server is.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections are open now.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.connections.open.load(Ordering::Relaxed)
    }

    /// How many connections were open at most.
    #[must_use]
    pub fn most_connections(&self) -> usize {
        self.connections.most.load(Ordering::Relaxed)
    }
}

struct Guard(Arc<Connections>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.task).take() {
            task.abort();
        }
    }
}

/// Fills the queue of a listener, out of which nobody takes.
async fn fill(socket: TcpSocket, address: SocketAddr) -> io::Result<(TcpListener, Vec<TcpStream>)> {
    let listener = socket.listen(1)?;
    let mut streams = Vec::new();
    let patience = std::time::Duration::from_millis(50);
    while let Ok(stream) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
        streams.push(stream?);
        if streams.len() > 64 {
            return Err(io::Error::other("this system's queue of connections can't be filled"));
        }
    }
    Ok((listener, streams))
}

impl Line for TcpStream {
    async fn arrives(&mut self) -> bool {
        self.peek(&mut [0]).await.is_ok_and(|count| count > 0)
    }

    fn reset(self) {
        // Without it, the connection is closed in an orderly way, which the scenario will notice.
        let _ = self.set_zero_linger();
    }
}
