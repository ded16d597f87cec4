//! Tells every connection of a workspace what was accepted, in order, and who is here.
//!
//! Each connection has a line with a limit in bytes. One that does not keep up is cut off: it
//! connects again and catches up from the log, which costs less than memory without bound.

use super::heads::Heads;
use huike_shared::document::ChangeHash;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::sync::message::{
    self, Answer, Entry, PROTOCOL, PresenceInfo, ServerMessage, agreed,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::{mpsc, watch};

/// Bytes that may wait for one connection.
const LINE_BYTES_MAX: usize = 8 << 20;
/// What anything that waits costs beside its bodies.
const DELIVERY_BYTES: usize = 256;
/// Bytes of bodies in one frame of changes; leaves room for the rest of the frame.
pub const CHANGES_BYTES_MAX: usize = 512 << 10;
/// Changes in one frame.
pub const CHANGES_MAX: usize = 1_000;

/// Names a live connection of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// An accepted change on its way to everybody.
#[derive(Clone, Debug)]
pub struct Published {
    /// What everybody gets.
    pub entry: Entry,
    /// Its name.
    pub hash: ChangeHash,
    /// Whose push it was, if a connection's.
    pub origin: Option<ConnectionId>,
}

/// What one commit added to a workspace's log, in order.
#[derive(Debug)]
pub struct Publication {
    /// The changes; positions without gaps.
    pub entries: Vec<Published>,
    /// Whether a record was renewed with it.
    pub has_renewal: bool,
    origins: HashSet<ConnectionId>,
    bytes: usize,
    /// By protocol.
    frames: [OnceLock<Vec<axum::body::Bytes>>; PROTOCOL as usize + 1],
}

impl Publication {
    /// Puts together what was committed.
    pub fn new(entries: Vec<Published>) -> Self {
        Publication {
            has_renewal: entries.iter().any(|it| it.entry.is_renewal()),
            origins: entries.iter().filter_map(|it| it.origin).collect(),
            bytes: entries
                .iter()
                .map(|it| it.entry.body.len() + DELIVERY_BYTES)
                .sum(),
            frames: Default::default(),
            entries,
        }
    }

    /// Whether the connection pushed any of it.
    pub fn is_by(&self, connection: ConnectionId) -> bool {
        self.origins.contains(&connection)
    }

    /// All of it as frames, written once for everybody who speaks the same.
    pub fn frames(&self, protocol: u8) -> &[axum::body::Bytes] {
        let protocol = agreed(protocol);
        self.frames[usize::from(protocol)].get_or_init(|| {
            change_frames(self.entries.iter().map(|it| it.entry.clone()).collect())
                .iter()
                .map(|it| message::encode(protocol, it).into())
                .collect()
        })
    }
}

/// Splits changes into messages that fit their frames.
pub fn change_frames(entries: Vec<Entry>) -> Vec<ServerMessage> {
    let mut frames = Vec::new();
    let (mut some, mut bytes): (Vec<Entry>, usize) = (Vec::new(), 0);
    let mut close = |some: &mut Vec<Entry>| {
        if let Some(last) = some.last() {
            let to = last.position;
            frames.push(ServerMessage::Changes {
                to,
                entries: std::mem::take(some),
            });
        }
    };
    for entry in entries {
        if bytes + entry.body.len() > CHANGES_BYTES_MAX || some.len() >= CHANGES_MAX {
            close(&mut some);
            bytes = 0;
        }
        bytes += entry.body.len();
        some.push(entry);
    }
    close(&mut some);
    frames
}

/// What waits for a connection.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A commit.
    Log(Arc<Publication>),
    /// Verdicts that are not in a commit: refusals, and what was accepted long ago.
    Answers(Vec<Answer>),
    /// Another server has brought the log up to here; what is missing is in the store.
    Head(u64),
}

impl Delivery {
    fn bytes(&self) -> usize {
        match self {
            Delivery::Log(publication) => publication.bytes,
            Delivery::Answers(answers) => answers.len() * DELIVERY_BYTES,
            Delivery::Head(_) => DELIVERY_BYTES,
        }
    }
}

type People = Arc<Vec<(ConnectionId, PresenceInfo)>>;

/// The connections of this process, by workspace.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    heads: Heads,
    rooms: Arc<Mutex<HashMap<RecordId, Room>>>,
    next: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Room {
    lines: HashMap<ConnectionId, Line>,
    people: watch::Sender<People>,
}

#[derive(Debug)]
struct Line {
    sender: mpsc::UnboundedSender<Delivery>,
    waiting_bytes: Arc<AtomicUsize>,
}

impl Hub {
    /// Joins a workspace: everything committed from now on is delivered.
    pub fn join(&self, workspace_id: RecordId, member: RecordId) -> Subscription {
        let id = ConnectionId(self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, receiver) = mpsc::unbounded_channel();
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let mut rooms = self.rooms();
        let room = rooms.entry(workspace_id).or_insert_with(|| Room {
            lines: HashMap::new(),
            people: watch::Sender::new(Arc::default()),
        });
        room.lines.insert(
            id,
            Line {
                sender,
                waiting_bytes: waiting_bytes.clone(),
            },
        );
        let people = room.people.subscribe();
        room.look(
            id,
            Some(PresenceInfo {
                member,
                record: None,
            }),
        );
        drop(rooms);
        metrics::gauge!("huike_connections").increment(1.0);
        Subscription {
            hub: self.clone(),
            workspace_id,
            member,
            id,
            receiver,
            waiting_bytes,
            people,
        }
    }

    /// Follows the head of a workspace's log without being here.
    pub fn follow(&self, workspace_id: RecordId) -> watch::Receiver<u64> {
        self.heads.follow(workspace_id)
    }

    /// Tells everybody of a commit.
    pub fn publish(&self, workspace_id: RecordId, publication: Publication) {
        if let Some(last) = publication.entries.last() {
            self.heads.moved(workspace_id, last.entry.position);
        }
        self.deliver(workspace_id, Delivery::Log(Arc::new(publication)));
    }

    /// Tells everybody how far the log has come by other servers.
    pub fn publish_head(&self, workspace_id: RecordId, position: u64) {
        self.heads.moved(workspace_id, position);
        self.deliver(workspace_id, Delivery::Head(position));
    }

    /// Whether somebody is connected to the workspace, or follows its head.
    pub fn has(&self, workspace_id: RecordId) -> bool {
        self.rooms().contains_key(&workspace_id) || self.heads.has(workspace_id)
    }

    /// The workspaces that somebody is connected to, or follows.
    pub fn workspaces(&self) -> BTreeSet<RecordId> {
        let here: BTreeSet<RecordId> = self.rooms().keys().copied().collect();
        here.into_iter().chain(self.heads.workspaces()).collect()
    }

    fn deliver(&self, workspace_id: RecordId, delivery: Delivery) {
        let mut rooms = self.rooms();
        let Some(room) = rooms.get_mut(&workspace_id) else {
            return;
        };
        room.lines.retain(|_, line| line.offer(delivery.clone()));
    }

    /// Tells one connection what became of its changes.
    pub fn answer(&self, workspace_id: RecordId, connection: ConnectionId, answers: Vec<Answer>) {
        let mut rooms = self.rooms();
        let Some(room) = rooms.get_mut(&workspace_id) else {
            return;
        };
        if let Some(line) = room.lines.get(&connection)
            && !line.offer(Delivery::Answers(answers))
        {
            room.lines.remove(&connection);
        }
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<RecordId, Room>> {
        // Nothing below panics half-way through a change of the map.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    fn look(&self, id: ConnectionId, presence: Option<PresenceInfo>) {
        self.people.send_modify(|people| {
            let mut all: Vec<_> = people.iter().filter(|it| it.0 != id).copied().collect();
            all.extend(presence.map(|it| (id, it)));
            *people = Arc::new(all);
        });
    }
}

impl Line {
    /// Queues a delivery; false if the connection is gone or too slow and must be cut off.
    fn offer(&self, delivery: Delivery) -> bool {
        let bytes = delivery.bytes();
        let before = self.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        // One delivery always fits: a large import is one commit.
        let fits = before == 0 || before + bytes <= LINE_BYTES_MAX;
        if !fits {
            metrics::counter!("huike_connections_cut_total").increment(1);
        }
        fits && self.sender.send(delivery).is_ok()
    }
}

/// A connection's end of its line. Dropping it leaves the workspace.
#[derive(Debug)]
pub struct Subscription {
    hub: Hub,
    workspace_id: RecordId,
    member: RecordId,
    id: ConnectionId,
    receiver: mpsc::UnboundedReceiver<Delivery>,
    waiting_bytes: Arc<AtomicUsize>,
    people: watch::Receiver<People>,
}

impl Subscription {
    /// The connection's name.
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// What comes next; `None` once the connection was too slow. Safe to drop half-way.
    pub async fn next(&mut self) -> Option<Delivery> {
        let delivery = self.receiver.recv().await?;
        self.waiting_bytes
            .fetch_sub(delivery.bytes(), Ordering::Relaxed);
        Some(delivery)
    }

    /// Says what the member looks at.
    pub fn look(&self, record: Option<RecordRef>) {
        let presence = PresenceInfo {
            member: self.member,
            record,
        };
        if let Some(room) = self.hub.rooms().get(&self.workspace_id) {
            room.look(self.id, Some(presence));
        }
    }

    /// Follows who is here. Marked as seen with each look at [`Subscription::others`].
    pub fn people(&self) -> watch::Receiver<People> {
        self.people.clone()
    }

    /// Everybody who is here but this connection.
    pub fn others(&self, people: &mut watch::Receiver<People>) -> Vec<PresenceInfo> {
        let people = people.borrow_and_update();
        people
            .iter()
            .filter(|it| it.0 != self.id)
            .map(|it| it.1)
            .collect()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        metrics::gauge!("huike_connections").decrement(1.0);
        let mut rooms = self.hub.rooms();
        let Some(room) = rooms.get_mut(&self.workspace_id) else {
            return;
        };
        room.lines.remove(&self.id);
        if room.people.receiver_count() <= 1 && room.lines.is_empty() {
            rooms.remove(&self.workspace_id);
        } else {
            room.look(self.id, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::record::Kind;
    use huike_shared::time::Timestamp;

    fn publication(position: u64, bytes: usize, origin: Option<ConnectionId>) -> Publication {
        let entry = Entry {
            position,
            record: RecordRef {
                kind: Kind(1),
                id: RecordId([1; 16]),
            },
            of: None,
            member: RecordId([2; 16]),
            at: Timestamp::from_millis(3),
            body: vec![0; bytes],
        };
        Publication::new(vec![Published {
            entry,
            hash: ChangeHash([9; 32]),
            origin,
        }])
    }

    #[tokio::test]
    async fn a_connection_that_does_not_keep_up_is_cut_off_and_the_others_go_on() {
        let hub = Hub::default();
        let workspace_id = RecordId([7; 16]);
        let mut slow = hub.join(workspace_id, RecordId([1; 16]));
        let mut quick = hub.join(workspace_id, RecordId([2; 16]));
        for position in 1..=10 {
            hub.publish(
                workspace_id,
                publication(position, LINE_BYTES_MAX / 4, None),
            );
            let Some(Delivery::Log(it)) = quick.next().await else {
                panic!("cut off")
            };
            assert_eq!(it.entries[0].entry.position, position);
        }
        let mut count = 0;
        while slow.next().await.is_some() {
            count += 1;
        }
        assert!((1..10).contains(&count), "{count}");
    }

    #[tokio::test]
    async fn everybody_sees_who_is_here_but_themselves() {
        let hub = Hub::default();
        let workspace_id = RecordId([7; 16]);
        let one = hub.join(workspace_id, RecordId([1; 16]));
        let other = hub.join(workspace_id, RecordId([2; 16]));
        let record = RecordRef {
            kind: Kind(1),
            id: RecordId([5; 16]),
        };
        other.look(Some(record));
        let mut people = one.people();
        let expected = PresenceInfo {
            member: RecordId([2; 16]),
            record: Some(record),
        };
        assert_eq!(one.others(&mut people), [expected]);
        drop(other);
        assert_eq!(one.others(&mut people), []);
    }

    #[test]
    fn changes_are_split_by_bytes() {
        let entries = (1..=5).map(|it| {
            publication(it, CHANGES_BYTES_MAX / 2, None)
                .entries
                .remove(0)
                .entry
        });
        let ends: Vec<u64> = change_frames(entries.collect())
            .iter()
            .map(|it| match it {
                ServerMessage::Changes { to, .. } => *to,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(ends, [2, 4, 5]);
    }
}
