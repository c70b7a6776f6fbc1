//! Panics as values: where and why, instead of an end of the test.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// A panic.
#[derive(Clone, Debug)]
pub struct Panic {
    /// File and line.
    pub place: String,
    /// What it said.
    pub message: String,
}

impl Panic {
    /// Whether two panics come from the same mistake, most likely: numbers and quoted names aside, they say the same.
    pub fn is_like(&self, other: &Self) -> bool {
        let words = |panic: &Self| -> String {
            panic.message.chars().filter(|c| c.is_ascii_alphabetic() || *c == ' ').take(40).collect()
        };
        self.place == other.place && words(self) == words(other)
    }
}

thread_local! {
    /// What the hook has heard; `None` while this thread does not catch panics.
    static HEARD: RefCell<Option<Vec<Panic>>> = const { RefCell::new(None) };
}

fn hear(info: &PanicHookInfo<'_>) -> bool {
    let payload = info.payload();
    let message =
        payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
    let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
    HEARD
        .with_borrow_mut(|heard| {
            let heard = heard.as_mut();
            heard.map(|heard| {
                heard.push(Panic {
                    place: place.unwrap_or_default(),
                    message: message.unwrap_or("no words").to_owned(),
                });
            })
        })
        .is_some()
}

/// Does something, and says so if it panics.
pub fn caught(work: impl FnOnce()) -> Result<(), Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !hear(info) {
                usual(info);
            }
        }));
    });
    HEARD.set(Some(vec![]));
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    let heard = HEARD.take().unwrap_or_default();
    done.map_err(|_| heard.into_iter().next().expect("the hook hears every panic"))
}
