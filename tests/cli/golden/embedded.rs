//! Whether an output still says what it said: additions pass, changes do not.

use serde_json::Value;

/// Keys whose values are sentences for people. They may be worded in another way.
const WORDS: [&str; 4] = ["error", "help", "message", "what"];

/// The key of the lists that may gain items between those that are there.
const GROWING: &str = "events";

/// Looks for a golden value in what is printed now: an object keeps its keys, a list its items.
///
/// # Errors
///
/// Where the first difference is, and what it is.
pub fn check(golden: &Value, now: &Value) -> Result<(), String> {
    match (golden, now) {
        (Value::Object(fields), Value::Object(_)) => fields.iter().try_for_each(|(key, golden)| {
            let now = now.get(key).ok_or_else(|| format!("\"{key}\" is gone"))?;
            let found = match (golden, now) {
                (Value::String(_), Value::String(_)) if WORDS.contains(&key.as_str()) => Ok(()),
                (Value::Array(golden), Value::Array(now)) if key == GROWING => in_order(golden, now),
                _ => check(golden, now),
            };
            found.map_err(|what| format!("{key}: {what}"))
        }),
        (Value::Array(golden), Value::Array(now)) if golden.len() == now.len() => {
            golden.iter().zip(now).enumerate().try_for_each(|(at, (golden, now))| {
                check(golden, now).map_err(|what| format!("[{at}] {what}"))
            })
        }
        _ if golden == now => Ok(()),
        _ => Err(format!("was {golden}, is {now}")),
    }
}

/// Whether every golden item is there, in this order.
fn in_order(golden: &[Value], now: &[Value]) -> Result<(), String> {
    let mut rest = now.iter();
    golden.iter().enumerate().try_for_each(|(at, item)| {
        let is_there = rest.any(|now| check(item, now).is_ok());
        is_there.then_some(()).ok_or_else(|| format!("[{at}] is gone or has changed: {item}"))
    })
}
