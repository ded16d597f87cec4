//! A server in a process of its own, on a folder that was filled before: workspaces, members who are signed in, customers.

use crate::device::{Account, Device, customer};
use huike_server::auth::session::session_digest;
use huike_server::clock::Clock;
use huike_server::config::{Config, Settings};
use huike_server::entropy::OsEntropy;
use huike_server::serve::Server;
use huike_server::store::people::{Member, Opening, SessionRow, User, Workspace};
use huike_server::sync::Author;
use huike_shared::access::Role;
use huike_shared::document::{Actor, Registers, decode};
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::record::RecordRef;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{DocumentState, PushedChange, Verdict};
use huike_shared::time::{DAY_MS, Timestamp};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use tower_sessions::session::Id;

/// Customers submitted at once.
const SUBMISSION: usize = 1_000;
const DAY: i64 = DAY_MS;

/// A workspace as it was filled.
pub struct Team {
    /// The cookies of its members.
    pub cookies: Vec<String>,
    /// Its log.
    pub log: RecordId,
    /// Its customers as they are.
    pub customers: Vec<(RecordRef, Registers)>,
}

/// The server and what it was filled with.
pub struct Company {
    /// The workspaces.
    pub teams: Vec<Team>,
    /// Where the server listens.
    pub address: String,
    child: Child,
    _folder: TempDir,
}

/// What is filled in.
#[derive(Clone, Copy)]
pub struct Size {
    /// Workspaces.
    pub teams: usize,
    /// Members of each.
    pub members: usize,
    /// Customers of each.
    pub customers: usize,
    /// Whether the customers are kept here as well.
    pub is_known: bool,
}

impl Company {
    /// Fills a folder and starts the server on it, on one core if that is asked for.
    pub async fn start(size: Size, core: Option<usize>) -> anyhow::Result<Company> {
        let folder = tempfile::tempdir()?;
        let mut teams = Vec::new();
        {
            let server = Server::open(config(folder.path())?, Clock::system()).await?;
            for number in 0..size.teams {
                teams.push(fill(&server, number, size).await?);
            }
            server.state.store.close().await;
        }
        let program = std::env::current_exe()?;
        let mut command = match core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.arg("-c").arg(core.to_string()).arg(program);
                command
            }
            None => Command::new(program),
        };
        let mut child = command
            .arg("serve")
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take();
        let output = output.ok_or_else(|| anyhow::anyhow!("the server says nothing"))?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address)?;
        Ok(Company {
            teams,
            address: address.trim().to_owned(),
            child,
            _folder: folder,
        })
    }

    /// The process of the server.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A device of a member that knows everything up to a position of its log.
    pub async fn device(&self, team: usize, member: usize, cursor: u64) -> Device {
        let team = &self.teams[team];
        let account = Account {
            address: self.address.clone(),
            cookie: team.cookies[member].clone(),
        };
        let mut device = Device::new(&account, OsEntropy.record_id(crate::device::now())).await;
        (device.log, device.cursor) = (Some(team.log), cursor);
        device.greet().await;
        device
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        // Without its input it stops.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What the other process does: serves a folder until its input ends.
pub async fn serve(folder: &Path) -> anyhow::Result<()> {
    let server = Server::open(config(folder)?, Clock::system()).await?;
    println!("http://{}", server.address);
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0; 1]));
    server.run(async move { drop(ended.await) }).await
}

fn config(folder: &Path) -> anyhow::Result<Config> {
    let settings = Settings {
        port: Some(0),
        data: Some(folder.join("data")),
        site: Some(folder.join("site")),
        ..Settings::default()
    };
    Ok(Config::try_from(settings)?)
}

async fn fill(server: &Server, number: usize, size: Size) -> anyhow::Result<Team> {
    let store = &server.state.store;
    let now = crate::device::now();
    let workspace = Workspace {
        id: OsEntropy.record_id(now),
        name: format!("Team {number}"),
    };
    let mut members = Vec::new();
    let mut cookies = Vec::new();
    for index in 0..size.members {
        let user = User {
            id: OsEntropy.record_id(now),
            login: format!("{index}@{number}.example"),
            password_hash: String::new(),
        };
        let member = Member {
            id: OsEntropy.record_id(now),
            workspace_id: workspace.id,
            user_id: user.id,
            name: format!("Member {index}"),
            login: user.login.clone(),
            role: Role::Administrator,
            is_active: true,
        };
        if index == 0 {
            let opening = Opening {
                workspace: workspace.clone(),
                user,
                member_id: member.id,
                member_name: member.name.clone(),
                must_be_first: false,
                now,
            };
            store.open_workspace(opening).await?;
        } else {
            store.add_member(user, member.clone(), now).await?;
        }
        cookies.push(session(server, &member, now).await?);
        members.push(member);
    }
    let log = server.state.ingest.head(workspace.id).await?.log;
    let author = Author {
        member_id: members[0].id,
        device_id: OsEntropy.record_id(now),
    };
    let customers = make_customers(server, workspace.id, author, size).await?;
    Ok(Team {
        cookies,
        log,
        customers,
    })
}

async fn session(server: &Server, member: &Member, now: Timestamp) -> anyhow::Result<String> {
    let id = Id::default();
    let data = json!({
        "who": { "user": member.user_id, "member": member.id },
        "seen_day": now.millis() / DAY,
    });
    let row = SessionRow {
        id: session_digest(id),
        user_id: Some(member.user_id),
        data: data.to_string(),
        expires_at: Timestamp::from_millis(now.millis() + 30 * DAY),
    };
    server.state.store.add_session(row, now).await?;
    Ok(format!("huike={id}"))
}

async fn make_customers(
    server: &Server,
    workspace_id: RecordId,
    author: Author,
    size: Size,
) -> anyhow::Result<Vec<(RecordRef, Registers)>> {
    let ingest = &server.state.ingest;
    let actor = Actor::new(&mut OsEntropy);
    ingest.register(workspace_id, author, &[actor]).await?;
    let mut customers = Vec::new();
    let mut made = 0;
    while made < size.customers {
        let mut changes = Vec::new();
        for number in made..size.customers.min(made + SUBMISSION) {
            let record = customer();
            let mut registers = Registers::default();
            let values = [
                ("name".into(), Scalar::text(format!("云仓物流 {number}"))),
                ("phone".into(), Scalar::text(format!("138{number:08}"))),
                ("company".into(), Scalar::text("云仓科技有限公司")),
                ("address".into(), Scalar::text("杭州市西湖区文三路 90 号")),
                ("employees".into(), Scalar::Int(number as i64 % 500)),
            ];
            let body = registers.author(&values, actor, crate::device::now());
            let body = body.ok_or_else(|| anyhow::anyhow!("nothing to write"))?;
            let change = decode(&body)?;
            registers.apply(&change, Stamp::default());
            if size.is_known {
                customers.push((record, registers));
            }
            changes.push(PushedChange {
                record,
                of: None,
                hash: change.hash,
                body,
            });
        }
        made += changes.len();
        for answer in ingest.submit(workspace_id, author, changes).await {
            anyhow::ensure!(
                matches!(answer.verdict, Verdict::Accepted { .. }),
                "{answer:?}"
            );
        }
    }
    Ok(customers)
}

/// A record as a device keeps it.
pub fn state(registers: &Registers) -> DocumentState {
    DocumentState::Flat(registers.clone())
}
