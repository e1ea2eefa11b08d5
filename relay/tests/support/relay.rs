//! `gradually serve` and `gradually tail` as processes.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{eventually, gradually};

/// A process whose stderr is collected and whose stdout can be. Dropping it kills it.
pub struct Process {
    child: Child,
    stderr: Arc<Mutex<String>>,
    stdout: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdout, stderr) = (Arc::default(), Arc::default());
        let mut pipe = child.stdout.take().unwrap();
        let sink: Arc<Mutex<Vec<u8>>> = Arc::clone(&stdout);
        thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                sink.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
        });
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let sink: Arc<Mutex<String>> = Arc::clone(&stderr);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut text = sink.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self {
            child,
            stderr,
            stdout,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    pub fn stdout(&self) -> Vec<u8> {
        self.stdout.lock().unwrap().clone()
    }

    pub fn stdout_length(&self) -> usize {
        self.stdout.lock().unwrap().len()
    }

    /// Waits until stderr holds a text.
    pub fn wait_for(&self, text: &str) {
        eventually(text, || self.stderr().contains(text).then_some(()));
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits for the end.
    pub fn end(&mut self) -> ExitStatus {
        let stderr = Arc::clone(&self.stderr);
        let status = eventually("the process to end", || self.has_ended());
        assert!(
            status.code().is_some(),
            "killed: {}",
            stderr.lock().unwrap()
        );
        status
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- stderr of process {}\n{}", self.id(), self.stderr());
        }
    }
}

/// A relay.
pub struct Relay {
    pub process: Process,
    args: Vec<String>,
    pub address: String,
}

impl Relay {
    /// Starts one on a port of the system's choice.
    pub fn start(args: &[&str]) -> Self {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let (process, address) = launch("127.0.0.1:0", &args);
        Self {
            process,
            args,
            address,
        }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        (self.process, _) = launch(&self.address, &self.args);
    }

    /// A `tail` of it.
    pub fn tail(&self, args: &[&str]) -> Process {
        Process::start(gradually().arg("tail").arg(self.url()).args(args))
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> u64 {
        memory(self.process.id(), "VmRSS:")
    }
}

/// A figure of a process's memory in bytes: `VmRSS:` is resident now, `VmHWM:` the most so far.
pub fn memory(process: u32, figure: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with(figure))
        .unwrap();
    let kibibytes = line.split_whitespace().nth(1).unwrap();
    kibibytes.parse::<u64>().unwrap() * 1024
}

fn launch(listen: &str, args: &[String]) -> (Process, String) {
    let process = Process::start(gradually().args(["serve", "--listen", listen]).args(args));
    let address = eventually("the relay to listen", || {
        let stderr = process.stderr();
        let rest = stderr.split("listening on http://").nth(1)?;
        Some(rest.lines().next()?.to_owned())
    });
    (process, address)
}
