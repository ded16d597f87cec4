//! What an operator can set, and where: flags, environment, `huike.toml`, in this order.
//!
//! One definition ([`Settings`]) gives the flags, the variables, the keys of the file and the table
//! in `docs/configuration.md`; a test keeps the table equal to it.

mod database;
mod network;

pub use database::DatabaseAddress;
pub use network::Network;

use clap::Args;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Half a year: the shortest time for which logs of a network service have to be kept in China.
pub const JOURNAL_DAYS_MIN: u32 = 183;

/// What was said, as said. [`Config`] is what it means.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Address to listen on; `0.0.0.0` for all (default: 127.0.0.1)
    #[arg(long, env = "HUIKE_LISTEN", value_name = "ADDRESS", global = true)]
    pub listen: Option<IpAddr>,
    /// Port to listen on; 0 picks a free one (default: 8080)
    #[arg(long, env = "HUIKE_PORT", value_name = "PORT", global = true)]
    pub port: Option<u16>,
    /// Folder of the database, created if missing (default: data)
    #[arg(long, env = "HUIKE_DATA", value_name = "FOLDER", global = true)]
    pub data: Option<PathBuf>,
    /// Postgres database for several servers, such as postgres://huike@db.example.com/huike
    /// (default: SQLite in the data folder)
    #[arg(
        long,
        env = "HUIKE_DATABASE",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    pub database: Option<DatabaseAddress>,
    /// Address that members type, such as https://crm.example.com; with https the sign-in cookie
    /// is sent over https only (default: http://localhost and the port)
    #[arg(long, env = "HUIKE_BASE_ADDRESS", value_name = "URL", global = true)]
    pub base_address: Option<String>,
    /// Folder of the built site (default: target/site)
    #[arg(long, env = "HUIKE_SITE", value_name = "FOLDER", global = true)]
    pub site: Option<PathBuf>,
    /// What to log: off, error, warn, info, debug, trace, or a filter by module (default: info)
    #[arg(long, env = "HUIKE_LOG", value_name = "LEVEL", global = true)]
    pub log: Option<String>,
    /// How to log: text or json (default: text)
    #[arg(long, env = "HUIKE_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub log_format: Option<LogFormat>,
    /// Proxies whose X-Forwarded-For is believed, as addresses or networks, separated by commas
    /// (default: none)
    #[arg(
        long,
        env = "HUIKE_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ',',
        global = true
    )]
    pub trusted_proxies: Option<Vec<Network>>,
    /// Let anybody open another workspace at /setup (default: false)
    #[arg(
        long,
        env = "HUIKE_OPEN_SIGN_UP",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        global = true
    )]
    pub open_sign_up: Option<bool>,
    /// Bearer token for /metrics from other machines; without it only this machine may ask
    /// (default: none)
    #[arg(
        long,
        env = "HUIKE_METRICS_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        global = true
    )]
    pub metrics_token: Option<String>,
    /// Days for which entries of the security log are kept, at least 183 (default: for ever)
    #[arg(long, env = "HUIKE_JOURNAL_DAYS", value_name = "DAYS", global = true)]
    pub journal_days: Option<u32>,
    /// Remove the service worker from all browsers: a way out if a build made them unusable
    /// (default: false)
    #[arg(
        long,
        env = "HUIKE_KILL_SERVICE_WORKER",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        global = true
    )]
    pub kill_service_worker: Option<bool>,
}

/// How to log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One readable line each.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What the settings mean.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub listen: IpAddr,
    /// Port to listen on; 0 picks a free one.
    pub port: u16,
    /// Folder of the database.
    pub data: PathBuf,
    /// The Postgres database, if it is not SQLite in the folder.
    pub database: Option<DatabaseAddress>,
    /// Address that members type, if it was said.
    pub base_address: Option<BaseAddress>,
    /// Folder of the built site.
    pub site: PathBuf,
    /// Log filter.
    pub log: String,
    /// Log format.
    pub log_format: LogFormat,
    /// Proxies whose forwarded addresses are believed.
    pub trusted_proxies: Vec<Network>,
    /// Whether anybody may open another workspace.
    pub open_sign_up: bool,
    /// Token for `/metrics`.
    pub metrics_token: Option<String>,
    /// Days for which entries of the security log are kept, if not for ever.
    pub journal_days: Option<u32>,
    /// Whether `/sw.js` removes the service worker.
    pub kill_service_worker: bool,
}

/// Scheme, host and port, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseAddress {
    /// As a browser writes it in `Origin`.
    pub origin: String,
    /// Whether it is https.
    pub is_secure: bool,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file is not understood.
    #[error("{path} is not understood: {reason}")]
    Malformed {
        /// Which file.
        path: String,
        /// Why, with the line.
        reason: String,
    },
    /// The base address is not one.
    #[error("base address `{0}` must be http:// or https:// with a host and no path")]
    BaseAddress(String),
    /// The security log would be kept too short.
    #[error("the security log is kept for at least {JOURNAL_DAYS_MIN} days, not {0}")]
    JournalDays(u32),
}

impl Settings {
    /// Reads `huike.toml`. A file that was asked for by name must exist.
    pub fn from_file(asked: Option<&Path>) -> Result<Settings, ConfigError> {
        let path = asked.unwrap_or(Path::new("huike.toml"));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && asked.is_none() => {
                return Ok(Settings::default());
            }
            Err(error) => {
                return Err(ConfigError::Unreadable {
                    path: path.display().to_string(),
                    reason: error.to_string(),
                });
            }
        };
        toml::from_str(&text).map_err(|error| ConfigError::Malformed {
            path: path.display().to_string(),
            reason: error.to_string(),
        })
    }

    /// What is not said here is taken from the other.
    pub fn or(self, other: Settings) -> Settings {
        Settings {
            listen: self.listen.or(other.listen),
            port: self.port.or(other.port),
            data: self.data.or(other.data),
            database: self.database.or(other.database),
            base_address: self.base_address.or(other.base_address),
            site: self.site.or(other.site),
            log: self.log.or(other.log),
            log_format: self.log_format.or(other.log_format),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            open_sign_up: self.open_sign_up.or(other.open_sign_up),
            metrics_token: self.metrics_token.or(other.metrics_token),
            journal_days: self.journal_days.or(other.journal_days),
            kill_service_worker: self.kill_service_worker.or(other.kill_service_worker),
        }
    }
}

impl TryFrom<Settings> for Config {
    type Error = ConfigError;

    fn try_from(settings: Settings) -> Result<Config, ConfigError> {
        let base_address = settings
            .base_address
            .as_deref()
            .map(BaseAddress::parse)
            .transpose()?;
        if let Some(days) = settings.journal_days.filter(|it| *it < JOURNAL_DAYS_MIN) {
            return Err(ConfigError::JournalDays(days));
        }
        Ok(Config {
            listen: settings.listen.unwrap_or(IpAddr::from([127, 0, 0, 1])),
            port: settings.port.unwrap_or(8080),
            data: settings.data.unwrap_or_else(|| PathBuf::from("data")),
            database: settings.database,
            base_address,
            site: settings
                .site
                .unwrap_or_else(|| PathBuf::from("target/site")),
            log: settings.log.unwrap_or_else(|| "info".to_owned()),
            log_format: settings.log_format.unwrap_or_default(),
            trusted_proxies: settings.trusted_proxies.unwrap_or_default(),
            open_sign_up: settings.open_sign_up.unwrap_or(false),
            metrics_token: settings.metrics_token.filter(|it| !it.is_empty()),
            journal_days: settings.journal_days,
            kill_service_worker: settings.kill_service_worker.unwrap_or(false),
        })
    }
}

impl Config {
    /// The SQLite database of the data folder.
    pub fn sqlite(&self) -> PathBuf {
        self.data.join("huike.sqlite")
    }

    /// Where everything is kept, as a person may read it.
    pub fn place(&self) -> String {
        match &self.database {
            Some(address) => address.to_string(),
            None => self.data.display().to_string(),
        }
    }

    /// Where backups go unless said otherwise.
    pub fn backups(&self) -> PathBuf {
        self.data.join("backups")
    }

    /// Whether members reach the server over https.
    pub fn is_secure(&self) -> bool {
        self.base_address.as_ref().is_some_and(|it| it.is_secure)
    }
}

impl BaseAddress {
    /// Reads `https://host[:port]`, with or without a final slash.
    pub fn parse(text: &str) -> Result<BaseAddress, ConfigError> {
        let wrong = || ConfigError::BaseAddress(text.to_owned());
        let address = text.trim().to_ascii_lowercase();
        let address = address.strip_suffix('/').unwrap_or(&address);
        let uri: axum::http::Uri = address.parse().map_err(|_| wrong())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(wrong());
        };
        let is_secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        let has_more = !matches!(uri.path(), "" | "/") || uri.query().is_some();
        if has_more || authority.host().is_empty() || authority.as_str().contains('@') {
            return Err(wrong());
        }
        // A browser leaves out the usual port.
        let usual_port = if is_secure { 443 } else { 80 };
        let origin = match authority.port_u16() {
            Some(port) if port != usual_port => format!("{scheme}://{}:{port}", authority.host()),
            Some(_) | None => format!("{scheme}://{}", authority.host()),
        };
        Ok(BaseAddress { origin, is_secure })
    }
}

/// The table of `docs/configuration.md`, from the definition above.
pub fn table() -> String {
    use std::fmt::Write as _;
    let command = Settings::augment_args(clap::Command::new("huike"));
    let mut table = String::from(
        "| flag | variable | key in `huike.toml` | meaning |\n| --- | --- | --- | --- |\n",
    );
    for argument in command.get_arguments() {
        let (Some(flag), Some(variable)) = (argument.get_long(), argument.get_env()) else {
            continue;
        };
        let help = argument
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let _ = writeln!(
            table,
            "| `--{flag}` | `{}` | `{flag}` | {} |",
            variable.to_string_lossy(),
            help.split_whitespace().collect::<Vec<_>>().join(" ")
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Option<(&str, bool)>) {
        let parsed = BaseAddress::parse(address).ok();
        let parsed = parsed.as_ref().map(|it| (it.origin.as_str(), it.is_secure));
        assert_eq!(parsed, expected, "{address}");
    }

    #[test]
    fn a_base_address_is_an_origin() {
        check(
            "https://crm.example.com",
            Some(("https://crm.example.com", true)),
        );
        check(
            "https://CRM.example.com:443/",
            Some(("https://crm.example.com", true)),
        );
        check(
            "http://192.168.1.5:8080",
            Some(("http://192.168.1.5:8080", false)),
        );
        check("http://[::1]:80", Some(("http://[::1]", false)));
        check("crm.example.com", None);
        check("ftp://crm.example.com", None);
        check("https://crm.example.com/crm", None);
        check("https://me@crm.example.com", None);
        check("https://", None);
    }

    #[test]
    fn a_flag_beats_the_file() {
        let file: Settings =
            toml::from_str("port = 9000\nlog = \"warn\"\ntrusted-proxies = [\"10.0.0.0/8\"]")
                .unwrap();
        let flags = Settings {
            port: Some(9001),
            ..Settings::default()
        };
        let config = Config::try_from(flags.or(file)).unwrap();
        assert_eq!((config.port, config.log.as_str()), (9001, "warn"));
        assert_eq!(config.trusted_proxies.len(), 1);
        assert_eq!(config.data, PathBuf::from("data"));
    }

    #[test]
    fn a_misspelt_key_is_an_error() {
        assert!(toml::from_str::<Settings>("prot = 9000").is_err());
    }
}
