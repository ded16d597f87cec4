//! A Postgres of the tests' own: a cluster in a temporary folder that ends with the test process.
//!
//! The tests never use a Postgres that is there already. Its programs must be installed; a test
//! that needs them fails when they are not.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Stands in every address; no log may hold it.
pub const DATABASE_PASSWORD: &str = "database-password-of-the-tests";

/// Makes the cluster, waits until the test process is gone, and removes it. The end of the input
/// is the end of the test process, however it ends.
const KEEPER: &str = r#"
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/huike-pg-XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$BIN/initdb" --pgdata="$folder/data" --username=huike --auth=trust --encoding=UTF8 --locale=C \
  --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log"; exit 1; }
options="-c listen_addresses='' -c unix_socket_directories=$folder -c max_connections=300"
options="$options -c fsync=$FSYNC -c full_page_writes=$FSYNC -c shared_buffers=32MB"
"$BIN/pg_ctl" start --wait --silent --pgdata="$folder/data" --log="$folder/log" \
  --options="$options" || { cat "$folder/log"; exit 1; }
echo "ready $folder"
cat >/dev/null
"$BIN/pg_ctl" stop --pgdata="$folder/data" --mode=immediate --silent
"#;

struct Cluster {
    folder: String,
    // Its input is open as long as this process lives.
    _keeper: Child,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Whether the cluster waits for the disk, as a real one does. Read once, when it starts.
pub static FSYNC: AtomicBool = AtomicBool::new(false);

/// A new, empty database of the tests' cluster.
pub struct Database {
    pub name: String,
    /// As an operator would write it.
    pub address: String,
}

impl Database {
    pub async fn new() -> Database {
        let cluster = CLUSTER.get_or_init(Cluster::start);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let sql = format!("create database {name} template template0");
        execute(&cluster.address("postgres"), &sql).await;
        Database {
            address: cluster.address(&name),
            name,
        }
    }

    /// A connection beside those of the program.
    pub async fn connect(&self) -> PgConnection {
        connect(&self.address).await
    }

    /// Runs a statement.
    pub async fn execute(&self, sql: &str) {
        execute(&self.address, sql).await;
    }

    /// Ends every connection to the database, as a restart would.
    pub async fn cut_connections(&self) {
        let sql = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'",
            self.name
        );
        self.beside(&sql).await;
    }

    /// Lets nobody in any more, or again.
    pub async fn allow_connections(&self, allow: bool) {
        let sql = format!("alter database {} allow_connections {allow}", self.name);
        self.beside(&sql).await;
    }

    async fn beside(&self, sql: &str) {
        let cluster = CLUSTER.get().unwrap();
        execute(&cluster.address("postgres"), sql).await;
    }
}

async fn connect(address: &str) -> PgConnection {
    let options = sqlx::postgres::PgConnectOptions::from_str(address).unwrap();
    options.connect().await.unwrap()
}

async fn execute(address: &str, sql: &str) {
    let mut connection = connect(address).await;
    sqlx::query(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

impl Cluster {
    #[expect(
        clippy::zombie_processes,
        reason = "it ends after this process, which is what it waits for"
    )]
    fn start() -> Cluster {
        let programs = programs();
        let mut command = match is_root() {
            // Postgres refuses to run as root.
            true => {
                let mut command = Command::new("setpriv");
                command.args([
                    "--reuid=postgres",
                    "--regid=postgres",
                    "--init-groups",
                    "sh",
                ]);
                command
            }
            false => Command::new("sh"),
        };
        let mut keeper = command
            .args(["-c", KEEPER])
            .env("BIN", &programs)
            .env(
                "FSYNC",
                if FSYNC.load(Ordering::Relaxed) {
                    "on"
                } else {
                    "off"
                },
            )
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("a shell to keep Postgres");
        let mut said = String::new();
        for line in BufReader::new(keeper.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(folder) = line.strip_prefix("ready ") {
                return Cluster {
                    folder: folder.to_owned(),
                    _keeper: keeper,
                };
            }
            said.push_str(&line);
            said.push('\n');
        }
        panic!("Postgres did not start:\n{said}");
    }

    fn address(&self, database: &str) -> String {
        let folder = &self.folder;
        format!("postgres://huike:{DATABASE_PASSWORD}@localhost/{database}?host={folder}")
    }
}

/// The folder of the programs: Debian keeps each version in its own, others put them in the path.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|it| {
            let folder = it.ok()?.path();
            let version = folder.file_name()?.to_str()?.parse().ok()?;
            Some((version, folder.join("bin")))
        })
        .collect();
    folders.sort();
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().rev().map(|it| it.1);
    all.chain(std::env::split_paths(&in_path))
        .find(|it| is_complete(it))
        .expect("Postgres 15 or newer is not installed here, and this test needs initdb and pg_ctl")
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|it| folder.join(it).is_file())
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.trim_ascii() == b"0"
}
