//! The present minute and day as signals, so that what is due turns overdue while one looks.

use std::time::Duration;

use huike_shared::time::{Date, Timestamp};
use leptos::prelude::*;

use crate::i18n::use_i18n;
use crate::store::device;

const TICK: Duration = Duration::from_secs(60);

/// The present, coarsely.
#[derive(Clone, Copy)]
pub struct Clock {
    minute: RwSignal<Timestamp>,
    today: Memo<Date>,
}

/// The clock of this page, made on first use.
pub fn use_clock() -> Clock {
    use_context().unwrap_or_else(|| {
        let i18n = use_i18n();
        let minute = RwSignal::new(device::now());
        let ticking = set_interval_with_handle(
            move || {
                minute.try_set(device::now());
            },
            TICK,
        );
        on_cleanup(move || {
            let _ = ticking.map(|it| it.clear());
        });
        let today = Memo::new(move |_| i18n.date_of(minute.get().millis()));
        let clock = Clock { minute, today };
        provide_context(clock);
        clock
    })
}

impl Clock {
    /// This minute, followed.
    pub fn now(self) -> Timestamp {
        self.minute.get()
    }

    /// Today, followed.
    pub fn today(self) -> Date {
        self.today.get()
    }
}
