//! Tells every connection of a workspace what was accepted, in order, and who is here.
//!
//! Whatever concerns a connection comes by its one line: commits, verdicts, changed members, ended sessions. A line has
//! a limit in bytes. One that does not keep up is cut off: it catches up from the log, which costs less memory.

use super::heads::Heads;
use super::presence::Elsewhere;
use super::publication::{DELIVERY_BYTES, Publication};
use crate::app::Ended;
use crate::store::changes::LogHead;
use crate::store::notices::Present;
use crate::store::people::Digest;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::sync::message::{Answer, PresenceInfo};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, watch};

/// Bytes that may wait for one connection.
const LINE_BYTES_MAX: usize = 8 << 20;

/// Names a live connection of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// What waits for a connection.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A commit.
    Log(Arc<Publication>),
    /// Verdicts that are not in a commit: refusals, and what was accepted long ago.
    Answers(Vec<Answer>),
    /// Another server has brought the log up to here; what is missing is in the store.
    Head(u64),
    /// The members changed.
    Members,
    /// Sessions have ended, perhaps this connection's.
    Ended(Ended),
}

impl Delivery {
    fn bytes(&self) -> usize {
        match self {
            Delivery::Log(publication) => publication.bytes,
            Delivery::Answers(answers) => answers.len() * DELIVERY_BYTES,
            Delivery::Head(_) | Delivery::Members | Delivery::Ended(_) => DELIVERY_BYTES,
        }
    }
}

/// Everybody in a room: with a connection those of this process, without one those at other servers.
type People = Arc<Vec<(Option<ConnectionId>, PresenceInfo)>>;

/// The connections of this process, by workspace.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    heads: Heads,
    rooms: Arc<Mutex<Rooms>>,
    next: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct Rooms {
    by_workspace: HashMap<RecordId, Room>,
    elsewhere: Elsewhere,
    is_closed: bool,
}

#[derive(Debug)]
struct Room {
    lines: HashMap<ConnectionId, Line>,
    people: watch::Sender<People>,
    /// Where the log stands, as everybody here was told or will be by what waits for them.
    told: Option<LogHead>,
}

#[derive(Debug)]
struct Line {
    session: Digest,
    sender: mpsc::UnboundedSender<Delivery>,
    waiting_bytes: Arc<AtomicUsize>,
}

impl Hub {
    /// Joins a workspace: everything committed from now on is delivered.
    pub fn join(&self, workspace_id: RecordId, member: RecordId, session: Digest) -> Subscription {
        let id = ConnectionId(self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, receiver) = mpsc::unbounded_channel();
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let mut guard = self.rooms();
        let rooms = &mut *guard;
        let there = rooms.elsewhere.of(workspace_id).map(|it| (None, it));
        let room = rooms
            .by_workspace
            .entry(workspace_id)
            .or_insert_with(|| Room {
                lines: HashMap::new(),
                people: watch::Sender::new(Arc::new(there.collect())),
                told: None,
            });
        if !rooms.is_closed {
            let line = Line {
                session,
                sender,
                waiting_bytes: waiting_bytes.clone(),
            };
            room.lines.insert(id, line);
        }
        let people = room.people.subscribe();
        drop(guard);
        metrics::gauge!("huike_connections").increment(1.0);
        let subscription = Subscription {
            hub: self.clone(),
            workspace_id,
            member,
            id,
            receiver,
            waiting_bytes,
            people,
        };
        subscription.look(None);
        subscription
    }

    /// Follows the head of a workspace's log without being here.
    pub fn follow(&self, workspace_id: RecordId) -> watch::Receiver<u64> {
        self.heads.follow(workspace_id)
    }

    /// Tells everybody of a commit, after which the log stands there.
    pub fn publish(&self, workspace_id: RecordId, publication: Publication, head: LogHead) {
        self.heads.moved(workspace_id, head.position);
        let delivery = Delivery::Log(Arc::new(publication));
        self.deliver(workspace_id, delivery, Some(head));
    }

    /// Tells everybody how far the log has come by other servers.
    pub fn publish_head(&self, workspace_id: RecordId, head: LogHead) {
        self.heads.moved(workspace_id, head.position);
        self.deliver(workspace_id, Delivery::Head(head.position), Some(head));
    }

    /// Tells everybody that the members changed.
    pub fn tell_members_changed(&self, workspace_id: RecordId) {
        self.deliver(workspace_id, Delivery::Members, None);
    }

    /// Tells everybody everywhere that sessions have ended.
    pub fn tell_ended(&self, ended: &Ended) {
        for room in self.rooms().by_workspace.values_mut() {
            room.offer(&Delivery::Ended(ended.clone()));
        }
    }

    /// Where a log stands, if somebody here knows: whatever comes behind it is delivered.
    pub fn told(&self, workspace_id: RecordId) -> Option<LogHead> {
        self.in_room(workspace_id, |room| room.told)?
    }

    /// Takes note of where a log stood at some moment since somebody is here; what was told meanwhile is newer.
    pub fn stands_at(&self, workspace_id: RecordId, head: LogHead) {
        self.in_room(workspace_id, |it| *it.told.get_or_insert(head));
    }

    /// A commit failed and may have come to pass: whoever comes asks the store where the log stands.
    pub fn doubt(&self, workspace_id: RecordId) {
        self.in_room(workspace_id, |room| room.told = None);
    }

    fn in_room<T>(&self, workspace_id: RecordId, act: impl FnOnce(&mut Room) -> T) -> Option<T> {
        self.rooms().by_workspace.get_mut(&workspace_id).map(act)
    }

    /// Whether somebody is connected to the workspace, or follows its head.
    pub fn has(&self, workspace_id: RecordId) -> bool {
        self.rooms().by_workspace.contains_key(&workspace_id) || self.heads.has(workspace_id)
    }

    /// The workspaces that somebody is connected to, or follows.
    pub fn workspaces(&self) -> BTreeSet<RecordId> {
        let here: BTreeSet<RecordId> = self.rooms().by_workspace.keys().copied().collect();
        here.into_iter().chain(self.heads.workspaces()).collect()
    }

    /// The sessions of all connections.
    pub fn sessions(&self) -> HashSet<Digest> {
        let rooms = self.rooms();
        let lines = rooms.by_workspace.values().flat_map(|it| it.lines.values());
        lines.map(|it| it.session).collect()
    }

    /// Who is here, by workspace.
    pub fn here(&self) -> HashMap<RecordId, Vec<PresenceInfo>> {
        let rooms = self.rooms();
        let people = |room: &Room| {
            let people = room.people.borrow();
            let here = people.iter().filter(|it| it.0.is_some());
            here.map(|it| it.1).collect()
        };
        let all = rooms.by_workspace.iter();
        all.map(|(id, room)| (*id, people(room))).collect()
    }

    /// Takes note of who is at another server.
    pub fn note_elsewhere(&self, present: Present) {
        let mut rooms = self.rooms();
        let workspace_id = present.workspace_id;
        rooms.elsewhere.note(present);
        rooms.tell_elsewhere(workspace_id);
    }

    /// Forgets who is at servers that have fallen silent.
    pub fn forget_elsewhere(&self) {
        let mut rooms = self.rooms();
        for workspace_id in rooms.elsewhere.forget_old() {
            rooms.tell_elsewhere(workspace_id);
        }
    }

    /// Cuts off the connections of these sessions.
    pub fn cut(&self, sessions: &HashSet<Digest>) {
        for room in self.rooms().by_workspace.values_mut() {
            room.lines.retain(|_, it| !sessions.contains(&it.session));
        }
    }

    /// Cuts everybody off, and whoever comes.
    pub fn close(&self) {
        let mut rooms = self.rooms();
        rooms.is_closed = true;
        for room in rooms.by_workspace.values_mut() {
            room.lines.clear();
        }
    }

    fn deliver(&self, workspace_id: RecordId, delivery: Delivery, head: Option<LogHead>) {
        self.in_room(workspace_id, |room| {
            room.told = head.or(room.told);
            room.offer(&delivery);
        });
    }

    /// Tells one connection what became of its changes.
    pub fn answer(&self, workspace_id: RecordId, connection: ConnectionId, answers: Vec<Answer>) {
        self.in_room(workspace_id, |room| {
            if let Some(line) = room.lines.get(&connection)
                && !line.offer(Delivery::Answers(answers))
            {
                room.lines.remove(&connection);
            }
        });
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        // Nothing below panics half-way through a change of the map.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    fn tell_elsewhere(&self, workspace_id: RecordId) {
        if let Some(room) = self.by_workspace.get(&workspace_id) {
            room.people.send_modify(|people| {
                let here = people.iter().filter(|it| it.0.is_some()).copied();
                let there = self.elsewhere.of(workspace_id).map(|it| (None, it));
                *people = Arc::new(here.chain(there).collect());
            });
        }
    }
}

impl Room {
    /// Queues a delivery for everybody.
    fn offer(&mut self, delivery: &Delivery) {
        self.lines.retain(|_, line| line.offer(delivery.clone()));
    }

    fn look(&self, id: ConnectionId, presence: Option<PresenceInfo>) {
        self.people.send_modify(|people| {
            let mut all: Vec<_> = people
                .iter()
                .filter(|it| it.0 != Some(id))
                .copied()
                .collect();
            all.extend(presence.map(|it| (Some(id), it)));
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

    /// What comes next; `None` once the connection was cut off. Safe to drop half-way.
    pub async fn next(&mut self) -> Option<Delivery> {
        let delivery = self.receiver.recv().await?;
        self.taken(&delivery);
        Some(delivery)
    }

    /// What has come already.
    pub fn waiting(&mut self) -> Option<Delivery> {
        let delivery = self.receiver.try_recv().ok()?;
        self.taken(&delivery);
        Some(delivery)
    }

    fn taken(&self, delivery: &Delivery) {
        self.waiting_bytes
            .fetch_sub(delivery.bytes(), Ordering::Relaxed);
    }

    /// Says what the member looks at.
    pub fn look(&self, record: Option<RecordRef>) {
        let presence = PresenceInfo {
            member: self.member,
            record,
        };
        if let Some(room) = self.hub.rooms().by_workspace.get(&self.workspace_id) {
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
            .filter(|it| it.0 != Some(self.id))
            .map(|it| it.1)
            .collect()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        metrics::gauge!("huike_connections").decrement(1.0);
        let mut rooms = self.hub.rooms();
        let Some(room) = rooms.by_workspace.get_mut(&self.workspace_id) else {
            return;
        };
        room.lines.remove(&self.id);
        if room.people.receiver_count() <= 1 && room.lines.is_empty() {
            rooms.by_workspace.remove(&self.workspace_id);
        } else {
            room.look(self.id, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::publication::Published;
    use super::*;
    use huike_shared::document::ChangeHash;
    use huike_shared::record::Kind;
    use huike_shared::sync::message::Entry;
    use huike_shared::time::Timestamp;

    fn publication(position: u64, bytes: usize) -> Publication {
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
            origin: None,
        }])
    }

    fn head(position: u64) -> LogHead {
        LogHead {
            log: RecordId([3; 16]),
            position,
            floor: 0,
        }
    }

    #[tokio::test]
    async fn a_connection_that_does_not_keep_up_is_cut_off_and_the_others_go_on() {
        let hub = Hub::default();
        let workspace_id = RecordId([7; 16]);
        let mut slow = hub.join(workspace_id, RecordId([1; 16]), [1; 32]);
        let mut quick = hub.join(workspace_id, RecordId([2; 16]), [2; 32]);
        for position in 1..=10 {
            let publication = publication(position, LINE_BYTES_MAX / 4);
            hub.publish(workspace_id, publication, head(position));
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
        let one = hub.join(workspace_id, RecordId([1; 16]), [1; 32]);
        let other = hub.join(workspace_id, RecordId([2; 16]), [2; 32]);
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

    #[tokio::test]
    async fn the_head_that_was_told_is_never_older_than_what_waits() {
        let hub = Hub::default();
        let workspace_id = RecordId([7; 16]);
        hub.stands_at(workspace_id, head(1));
        assert_eq!(hub.told(workspace_id), None);
        let mut line = hub.join(workspace_id, RecordId([1; 16]), [1; 32]);
        hub.publish(workspace_id, publication(5, 1), head(5));
        // Read before that commit, and noted behind it.
        hub.stands_at(workspace_id, head(4));
        assert_eq!(hub.told(workspace_id), Some(head(5)));
        hub.publish_head(workspace_id, head(9));
        assert_eq!(hub.told(workspace_id), Some(head(9)));
        assert!(matches!(line.next().await, Some(Delivery::Log(_))));
        assert!(matches!(line.waiting(), Some(Delivery::Head(9))));
        assert!(line.waiting().is_none());
    }

    #[tokio::test]
    async fn connections_go_with_their_session_and_all_of_them_at_the_end() {
        let hub = Hub::default();
        let workspace_id = RecordId([7; 16]);
        let mut one = hub.join(workspace_id, RecordId([1; 16]), [1; 32]);
        let mut other = hub.join(workspace_id, RecordId([2; 16]), [2; 32]);
        assert_eq!(hub.sessions(), HashSet::from([[1; 32], [2; 32]]));
        hub.cut(&HashSet::from([[1; 32]]));
        assert!(one.next().await.is_none());
        hub.tell_members_changed(workspace_id);
        assert!(matches!(other.next().await, Some(Delivery::Members)));
        hub.close();
        assert!(other.next().await.is_none());
        let mut late = hub.join(workspace_id, RecordId([1; 16]), [3; 32]);
        assert!(late.next().await.is_none());
    }
}
