//! The door around everything that reads or runs a scenario. A panic inside becomes a problem of the file, told like any
//! other, and the program goes on: with the next file, or with the run that is on the screen.

use crate::scenario::Problem;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

thread_local! {
    /// How many doors this thread is inside.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// The last panic of this thread inside a door: its place in the source, and its message.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Does some work on a scenario. What the work leaves half-changed when it panics must not be used afterwards.
///
/// # Errors
///
/// If the work panics: a problem of the file as a whole, which says that pagewalk itself failed.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Problem> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let outside = panic::take_hook();
        panic::set_hook(Box::new(move |info| match is_guarded() {
            true => PANIC.set(told(info)),
            false => outside(info),
        }));
    });
    DEPTH.set(DEPTH.get() + 1);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    done.map_err(|_| Problem::own_fault(&PANIC.take()))
}

/// Whether this thread is inside a door: a panic is caught there, and ends nothing.
pub fn is_guarded() -> bool {
    DEPTH.get() > 0
}

fn told(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|place| format!("{}:{}: ", place.file(), place.line()));
    format!("{}{}", place.unwrap_or_default(), info.payload_as_str().unwrap_or("a panic without a message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_a_problem_of_the_file_with_its_message_and_place() {
        let line = line!() + 1;
        let problem = guarded(|| -> u32 { panic!("the {} is wet", "paint") }).unwrap_err();
        assert!(problem.is_error() && problem.place.is_none());
        let title = problem.title();
        assert!(title.starts_with("pagewalk itself failed, at src/story/guard.rs:"), "{title}");
        assert!(title.ends_with(&format!("guard.rs:{line}: the paint is wet")), "{title}");
        assert!(problem.help().unwrap().contains("report"));
    }

    #[test]
    fn a_door_is_left_again_however_the_work_ends_and_doors_can_be_nested() {
        assert!(!is_guarded());
        let inner = guarded(|| (is_guarded(), guarded(|| panic!("inside")).is_err(), is_guarded()));
        assert_eq!(inner, Ok((true, true, true)));
        assert!(guarded(|| panic!("outside")).is_err() && !is_guarded());
        assert_eq!(guarded(|| 7), Ok(7));
    }
}
