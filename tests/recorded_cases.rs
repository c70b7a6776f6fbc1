//! 1,500 accesses that another implementation of Sv39 was seen to make (`recorded/README.md` says which and how), each
//! turned into a scenario of a bare machine and run by the program itself, all in one process.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const RECORDED: &str = include_str!("recorded/sv39.jsonl");

/// How many records are not as the specification has it: a PTE that is not in memory was reported as a page fault.
/// Step 2 of the algorithm asks for an access fault.
const PAGE_FAULT_FOR_ABSENT_PTE: usize = 64;

/// The scenario of a case: its words are poked, its CSRs and the privilege are written, and then its access is made.
fn scenario(case: &Value) -> Value {
    let mut steps = Vec::new();
    for word in case["mem"].as_array().expect("mem is a list") {
        steps.push(json!({ "op": "poke", "pa": word["pa"], "value": word["value"] }));
    }
    steps.push(json!({ "op": "csr", "sstatus": { "SUM": case["sum"], "MXR": case["mxr"] } }));
    steps.push(json!({ "op": "csr", "satp": case["satp"] }));
    steps.push(json!({ "op": "privilege", "level": case["priv"] }));
    let mut access = json!({ "op": case["access"], "at": case["va"] });
    if case["access"] == "store" {
        access["value"] = json!(1);
    }
    steps.push(access);
    json!({
        "format": 1,
        "title": "A recorded case",
        "kernel": "none",
        "machine": {
            "paging": "sv39",
            "ad_update": case["ad"],
            "memory": { "base": "0x80000000", "size": "128M" },
        },
        "steps": steps,
    })
}

/// What the last step of a run came to, as a record says it, and the PTEs that the walker changed.
fn seen(step: &Value) -> (Value, Value) {
    let outcome = &step["outcome"];
    let result = if outcome["ok"] == true {
        json!({ "ok": true, "pa": outcome["pa"] })
    } else {
        json!({ "ok": false, "cause": outcome["scause"], "tval": outcome["stval"] })
    };
    let events = step["events"].as_array().expect("a step has events");
    let written = events.iter().filter(|event| event["kind"] == "pte_write");
    (result, written.map(|event| json!({ "pa": event["pa"], "value": event["pte"] })).collect())
}

/// The one way in which the records are known to differ: the same access to the same address, stopped because a PTE
/// is not in memory, and a page fault instead of the access fault.
fn is_page_fault_for_absent_pte(step: &Value, recorded: &Value, seen: &Value) -> bool {
    let events = step["events"].as_array().expect("a step has events");
    let absent =
        events.iter().any(|event| event["kind"] == "trap" && event["why"].get("pte_absent").is_some());
    let causes = (recorded["cause"].as_u64(), seen["cause"].as_u64());
    absent
        && recorded["tval"] == seen["tval"]
        && matches!(causes, (Some(12), Some(1)) | (Some(13), Some(5)) | (Some(15), Some(7)))
}

/// The files of the scenarios, in a folder of their own.
fn write_scenarios(folder: &Path, cases: &[Value]) -> Vec<PathBuf> {
    std::fs::create_dir_all(folder).expect("the folder for scenarios can be made");
    let numbered = cases.iter().enumerate();
    let write = |(i, case): (usize, &Value)| {
        let name = PathBuf::from(format!("{:04}.json", i + 1));
        std::fs::write(folder.join(&name), scenario(case).to_string()).expect("a scenario can be written");
        name
    };
    numbered.map(write).collect()
}

/// The last step of each run that `pagewalk run --format jsonl` writes.
fn last_steps(folder: &Path, files: &[PathBuf]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    let output = command.current_dir(folder).arg("run").args(files).args(["--format", "jsonl"]).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("JSON lines are UTF-8");
    let mut runs: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.starts_with(r#"{"format":"pagewalk-run/1""#) {
            runs.push(line);
        } else {
            *runs.last_mut().expect("a run begins with its header") = line;
        }
    }
    runs.into_iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

#[test]
fn every_recorded_case_comes_out_as_it_did_on_the_other_implementation() {
    let cases: Vec<Value> =
        RECORDED.lines().map(|line| serde_json::from_str(line).expect("a record is JSON")).collect();
    assert_eq!(cases.len(), 1500);
    for ad in ["hardware", "fault"] {
        assert_eq!(cases.iter().filter(|case| case["ad"] == ad).count(), 750, "{ad}");
    }

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recorded_cases");
    let start = Instant::now();
    let files = write_scenarios(&folder, &cases);
    let written = start.elapsed();
    let steps = last_steps(&folder, &files);
    println!("{} runs: {written:.2?} to write, {:.2?} in all", files.len(), start.elapsed());
    assert_eq!(steps.len(), cases.len(), "each scenario is one run");

    let (mut known, mut wrong) = (0, Vec::new());
    for ((case, step), file) in cases.iter().zip(&steps).zip(&files) {
        assert_eq!(step["op"]["op"], case["access"], "{} ends with its access", file.display());
        let (result, updated) = seen(step);
        let recorded = case.get("updated").cloned().unwrap_or_else(|| json!([]));
        if result == case["result"] && updated == recorded {
            continue;
        }
        if updated == recorded && is_page_fault_for_absent_pte(step, &case["result"], &result) {
            known += 1;
            continue;
        }
        wrong.push(format!("{}: {case}\n  here: {result}, updated {updated}\n  {step}", file.display()));
    }
    let shown = wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(wrong.is_empty(), "{} of {} cases differ:\n\n{shown}\n", wrong.len(), cases.len());
    assert_eq!(known, PAGE_FAULT_FOR_ABSENT_PTE, "records that differ in the known way");
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}
