//! What a screen asks the data core now and then, and who waits for the answer.

use huike_shared::id::RecordId;
use huike_shared::local::{Question, Request};

use super::LocalStore;
use super::device::fresh_id;

/// A question without an answer yet.
pub(super) struct Asked {
    ask: RecordId,
    question: Question,
    then: Box<dyn FnOnce(&[u8])>,
}

impl LocalStore {
    /// Asks something; [`Question`] says in which form the answer comes.
    pub fn ask(self, question: Question, then: impl FnOnce(&[u8]) + 'static) {
        let asked = Asked {
            ask: fresh_id(),
            question,
            then: Box::new(then),
        };
        self.send_question(&asked);
        self.with(|inner| inner.asked.borrow_mut().push(asked));
    }

    /// The data core that was asked may be gone with its answers.
    pub(super) fn ask_again(self) {
        self.with(|inner| {
            inner
                .asked
                .borrow()
                .iter()
                .for_each(|it| self.send_question(it))
        });
    }

    pub(super) fn take_answer(self, ask: RecordId, answer: &[u8]) {
        let asked = self.with(|inner| {
            let mut all = inner.asked.borrow_mut();
            let at = all.iter().position(|it| it.ask == ask)?;
            Some(all.remove(at))
        });
        if let Some(asked) = asked {
            (asked.then)(answer);
        }
    }

    fn send_question(self, asked: &Asked) {
        self.send(&Request::Ask {
            ask: asked.ask,
            question: asked.question.clone(),
        });
    }
}
