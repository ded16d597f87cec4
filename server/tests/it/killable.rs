//! The program as a process that can be killed, and the account of whoever set it up.

use crate::app::{LOGIN, PASSWORD};
use crate::sync::device::Account;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A real process of the program.
pub struct Process {
    child: Child,
    pub address: String,
    code: Option<String>,
}

impl Process {
    pub fn start(folder: &Path) -> Process {
        Process::start_with(folder, &[])
    }

    /// With more variables, and what it logs in the file `log`.
    pub fn start_with(folder: &Path, variables: &[(&str, &str)]) -> Process {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(folder.join("log"))
            .unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_huike"))
            .args(["serve", "--port", "0", "--data", "data"])
            .current_dir(folder)
            .env_clear()
            .env("HUIKE_LOG", "error")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap();
        let address = next().rsplit(' ').next().unwrap().to_owned();
        let mut code = None;
        loop {
            let line = next();
            if let Some((_, found)) = line.split_once("set-up code ") {
                code = found.split(')').next().map(str::to_owned);
            }
            if line.starts_with("Stop with") {
                break;
            }
        }
        Process {
            child,
            address,
            code,
        }
    }

    /// As `kill -9`.
    pub fn kill(self) {
        drop(self);
    }
}

/// A test that fails leaves nothing running.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub async fn first_account(process: &Process) -> Account {
    let form = [
        ("code", process.code.as_deref().unwrap()),
        ("workspace", "云仓物流"),
        ("name", "王伟"),
        ("login", LOGIN),
        ("password", PASSWORD),
    ];
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let request = client.unwrap().post(format!("{}/setup", process.address));
    let answer = request
        .header("origin", &process.address)
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    Account::of(&process.address, &answer)
}
