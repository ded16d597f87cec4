//! To whom actors belong, as far as it was asked lately. An actor never changes hands (S-13), so what is known stays true.

use crate::store::changes::ActorOwner;
use huike_shared::document::Actor;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Actors whose owner is remembered.
const ACTORS_MAX: usize = 50_000;

/// Owners by actor, for the door and the task behind it.
#[derive(Clone, Debug, Default)]
pub struct Owners(Arc<Mutex<HashMap<Actor, ActorOwner>>>);

impl Owners {
    /// The owner of an actor, if it is known.
    pub fn get(&self, actor: Actor) -> Option<ActorOwner> {
        self.all().get(&actor).copied()
    }

    /// Of these actors those that are not known to be this owner's.
    pub fn unknown(&self, owner: ActorOwner, actors: &[Actor]) -> Vec<Actor> {
        let all = self.all();
        let is_unknown = |it: &&Actor| all.get(*it) != Some(&owner);
        actors.iter().filter(is_unknown).copied().collect()
    }

    /// Takes note of an owner.
    pub fn note(&self, actor: Actor, owner: ActorOwner) {
        let mut all = self.all();
        if all.len() >= ACTORS_MAX {
            all.clear();
        }
        all.insert(actor, owner);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Actor, ActorOwner>> {
        // Nothing panics half-way through a change of the map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
