//! What the kernel does at the edges of its tables: few ASIDs, much address space, no frame left.

use pagewalk::kernel::{Outcome, Unwatched};
use pagewalk::scenario::{Source, read};
use pagewalk::story::Story;
use serde_json::{Value, json};

/// The story of some steps, on a machine and a kernel as given.
fn story(machine: Value, kernel: Value, steps: Value) -> Story {
    let scenario = json!({
        "format": 1, "title": "", "machine": machine, "kernel": kernel,
        "programs": { "sh": {}, "large": { "text": "64K" } }, "steps": steps,
    });
    let source = Source::new("test", scenario.to_string());
    let scenario = read::read(source).expect("the test's scenario can be read");
    Story::new(scenario).expect("and carried out")
}

/// How each step ended.
fn outcomes(story: &Story) -> Vec<&Outcome> {
    story.timeline.steps().iter().map(|step| &step.outcome).collect()
}

fn refused(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Refused { why } => Some(why),
        _ => None,
    }
}

#[test]
fn a_huge_heap_costs_what_is_touched_of_it() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "sbrk", "bytes": "60000000G" },
        { "op": "store", "at": "brk - 8", "value": 1 },
        { "op": "fork", "as": "child" },
        { "op": "store", "process": "child", "at": "brk - 8", "value": 2 },
        { "op": "exit" },
        { "op": "sbrk", "process": "sh", "bytes": "-50000000G" },
        { "op": "exit" },
    ]);
    let mut story = story(json!({ "paging": "sv57" }), json!({}), steps);
    assert!(outcomes(&story).iter().all(|outcome| refused(outcome).is_none()));
    story.timeline.seek(usize::MAX);
    assert_eq!(story.system().frames_used(), 1, "only the trampoline is left");
    story.system().check_at_rest().expect("the invariants hold");
}

/// The word that ends the free list is 0, and so is the address of the lowest frame here, which holds the trampoline.
#[test]
fn a_kernel_whose_memory_begins_at_0_never_hands_out_its_own_frame() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "sbrk", "bytes": "64K" },
        { "repeat": 16, "var": "i", "steps": [{ "op": "store", "at": "heap + i*page", "value": 1 }] },
    ]);
    let machine = json!({ "memory": { "base": 0, "size": "80K" } });
    let mut story = story(machine, json!({}), steps);
    story.timeline.seek(usize::MAX);
    story.system().check_at_rest().expect("the invariants hold");
    let killed =
        outcomes(&story).iter().any(|outcome| matches!(outcome, Outcome::Trapped { killed: true, .. }));
    assert!(killed, "memory runs out, and nothing of the kernel's takes its place");
}

/// Sv32 has 511 ASIDs besides 0. Numbers of processes go on where they end.
#[test]
fn an_asid_is_used_again_only_when_its_process_has_ended() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "store", "at": "heap", "value": 7 },
        { "repeat": 600, "var": "i", "steps": [
            { "op": "fork", "process": "sh", "as": "child" },
            { "op": "store", "process": "child", "at": "heap", "value": "i" },
            { "op": "load", "process": "sh", "at": "heap", "expect": { "value": 7 } },
            { "op": "exit", "process": "child" } ] },
    ]);
    let mut story = story(json!({ "paging": "sv32" }), json!({}), steps);
    assert_eq!(story.check(), []);
    story.timeline.seek(usize::MAX);
    assert_eq!(story.system().processes().last().expect("there are 601").asid, 2);
}

#[test]
fn fork_is_refused_when_every_asid_is_taken() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "repeat": 511, "steps": [ { "op": "fork", "process": "sh", "as": "child" } ] },
    ]);
    let story = story(json!({ "paging": "sv32", "frames": 8192 }), json!({}), steps);
    let refusals: Vec<_> = outcomes(&story).into_iter().filter_map(refused).collect();
    assert_eq!(refusals, ["every ASID is taken by a living process"]);
}

#[test]
fn a_trap_enters_the_trampoline() {
    let steps = json!([{ "op": "spawn", "program": "sh" }, { "op": "store", "at": "heap", "value": 1 }]);
    let mut story = story(json!({}), json!({}), steps);
    let stop = story.timeline.next_stop(0).expect("the store faults");
    story.timeline.seek(stop);
    let hart = story.system().machine.hart(story.system().hart);
    assert_eq!((hart.csrs.stvec, hart.pc), (0x3f_ffff_f000, story.system().trampoline()));
}

/// The stack of `sh` lies where `large` has its text.
#[test]
fn a_page_of_a_process_that_the_step_makes_is_found_by_its_own_names() {
    let page = json!([{ "process": "other", "at": "stack", "flags": "VRW-U---" }]);
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "spawn", "program": "large", "as": "other", "expect": { "pages": page } },
    ]);
    assert_eq!(story(json!({}), json!({}), steps).check(), []);
}

#[test]
fn nobody_watching_makes_no_difference() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "store", "at": "heap", "value": 1 },
        { "op": "fork", "as": "child" },
        { "op": "store", "process": "child", "at": "heap", "value": 2 },
    ]);
    let mut story = story(json!({}), json!({}), steps);
    let mut alone = story.system().clone();
    for step in story.timeline.steps() {
        assert_eq!(alone.perform(&step.op, &mut Unwatched).as_ref(), Ok(&step.outcome));
    }
    story.timeline.seek(usize::MAX);
    assert_eq!(story.system(), &alone);
}

#[test]
fn a_stack_that_grows_by_a_load_shares_the_zeros() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "push", "bytes": 4088 },
        { "op": "load", "at": "sp - 64", "expect": { "scause": 13, "frames_used": "+0" } },
    ]);
    assert_eq!(story(json!({}), json!({ "stack": "grow", "zero_page": true }), steps).check(), []);
}

/// Frames in use after each step.
fn frames_used(story: &mut Story) -> Vec<u64> {
    let count = story.timeline.steps().len();
    let after = |step| {
        story.timeline.seek(story.timeline.after_steps(step));
        story.system().frames_used()
    };
    (1..=count).map(after).collect()
}

#[test]
fn shared_memory_that_a_vforked_child_unmaps_comes_back() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "mmap", "prot": "rw", "shared": true, "as": "memory" },
        { "op": "store", "at": "memory", "value": 1 },
        { "op": "vfork", "as": "child" },
        { "op": "munmap", "process": "child", "at": "memory" },
        { "op": "exit", "process": "child" },
        { "op": "switch", "process": "sh" },
    ]);
    let mut story = story(json!({}), json!({}), steps);
    let used = frames_used(&mut story);
    // The page is taken; then the child's trapframe. The page is gone, then the trapframe.
    assert_eq!([used[2], used[3], used[4], used[5]].map(|n| n - used[0]), [1, 2, 1, 0]);
}

#[test]
fn nothing_is_unmapped_by_a_munmap_of_no_bytes() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "mmap", "length": "12K", "prot": "rw", "as": "memory" },
        { "op": "munmap", "at": "memory + page", "length": 0 },
    ]);
    let story = story(json!({}), json!({}), steps);
    assert_eq!(refused(outcomes(&story)[2]), Some("there is no such range of addresses"));
}

#[test]
fn what_lies_past_the_end_of_a_file_is_a_process_s_own_also_after_a_fork() {
    let scenario = json!({
        "format": 1, "title": "", "programs": { "sh": {} }, "files": { "notes": { "size": 100 } },
        "steps": [
            { "op": "spawn", "program": "sh" },
            { "op": "mmap", "file": "notes", "length": "8K", "prot": "rw", "shared": true, "as": "view" },
            { "op": "store", "at": "view + page", "value": 1 },
            { "op": "fork", "as": "child" },
            { "op": "store", "process": "child", "at": "view + page", "value": 2 },
            { "op": "load", "process": "sh", "at": "view + page", "expect": { "value": 1 } },
        ],
    });
    let scenario = read::read(Source::new("test", scenario.to_string())).expect("it can be read");
    assert_eq!(Story::new(scenario).expect("and carried out").check(), []);
}

#[test]
fn a_stack_pointer_of_sv32_has_32_bits() {
    let steps = json!([{ "op": "spawn", "program": "sh" }, { "op": "push", "bytes": "0x10000" }]);
    let mut story = story(json!({ "paging": "sv32" }), json!({}), steps);
    story.timeline.seek(usize::MAX);
    let hart = story.system().machine.hart(story.system().hart);
    assert_eq!(hart.sp.0 >> 32, 0);
}

#[test]
fn a_machine_that_the_kernel_cannot_run_on_is_refused() {
    let boots = |machine: Value, kernel: Value| {
        let scenario = json!({
            "format": 1, "title": "", "machine": machine, "kernel": kernel, "programs": { "sh": {} },
            "steps": [ { "op": "spawn", "program": "sh" } ],
        });
        Story::read(Source::new("test", scenario.to_string())).is_ok()
    };
    assert!(boots(json!({}), json!({ "stack": "grow", "stack_limit": "1G" })));
    assert!(!boots(json!({}), json!({ "stack": "grow", "stack_limit": "256G" })));
    assert!(!boots(json!({}), json!({ "stack": "grow", "stack_limit": "18446744073709551615" })));
    let far = json!({ "paging": "sv32", "memory": { "base": "0x400000000", "size": "256K" } });
    assert!(!boots(far, json!({})));
    assert!(!boots(json!({ "paging": { "va_bits": 16, "page": "1K", "pte": 4 } }), json!({})));
}

#[test]
fn the_first_byte_that_is_not_in_memory_is_the_one_that_faults() {
    let steps = json!([
        { "op": "load", "at": "0x8000fffc", "expect": { "scause": 5, "stval": "0x80010000" } },
        { "op": "store", "at": "0x8000fffc", "value": 1, "expect": { "scause": 7, "stval": "0x80010000" } },
        { "op": "load", "at": "0x8000fff8", "expect": { "value": 0 } },
    ]);
    assert_eq!(story(json!({ "frames": 16 }), json!("none"), steps).check(), []);
}

#[test]
fn a_compressed_instruction_is_two_bytes_long_and_no_instruction_is_at_an_odd_address() {
    let steps = json!([
        { "op": "fetch", "at": "0x80000003", "width": 2 },
        { "op": "load", "at": "0x90000000", "expect": { "sepc": "0x80000004" } },
        { "op": "csr", "scause": { "CODE": 5, "INTERRUPT": true } },
    ]);
    let mut story = story(json!({ "frames": 16, "paging": "sv32" }), json!("none"), steps);
    assert_eq!(story.check(), []);
    story.timeline.seek(usize::MAX);
    assert_eq!(story.system().machine.hart(story.system().hart).csrs.scause, 0x8000_0005);
}

/// An ELF file with some bytes changed: what is said of it.
fn said_of_elf(change: impl Fn(&mut Vec<u8>)) -> Result<(), String> {
    let mut bytes = include_bytes!("../scenarios/sum.elf").to_vec();
    change(&mut bytes);
    let folder = pagewalk::scenario::Folder::new(move |_| Ok(bytes.clone()));
    let scenario = json!({
        "format": 1, "title": "", "programs": { "sum": { "elf": "sum.elf" } },
        "steps": [ { "op": "spawn", "program": "sum" } ],
    });
    let source = Source { folder, ..Source::new("test", scenario.to_string()) };
    Story::read(source).map(drop).map_err(|problems| problems[0].to_string())
}

#[test]
fn an_elf_file_that_cannot_be_loaded_says_why() {
    let le16 = |at: usize, value: u16| {
        move |bytes: &mut Vec<u8>| bytes[at..at + 2].copy_from_slice(&value.to_le_bytes())
    };
    let le64 = |at: usize, value: u64| {
        move |bytes: &mut Vec<u8>| bytes[at..at + 8].copy_from_slice(&value.to_le_bytes())
    };
    // The first program header begins at byte 64: p_offset is 8 further, p_vaddr 16, p_filesz 32, p_memsz 40.
    assert_eq!(said_of_elf(|_| {}), Ok(()));
    let said = |told: Result<(), String>| told.expect_err("it cannot be loaded");
    assert!(said(said_of_elf(|bytes| bytes.truncate(3))).contains("no ELF file"));
    assert!(said(said_of_elf(le16(18, 62))).contains("another machine"));
    assert!(said(said_of_elf(le16(16, 3))).contains("no fixed addresses"));
    assert!(said(said_of_elf(le64(64 + 8, 1 << 40))).contains("the file ends inside of the segment at 0x0"));
    assert!(said(said_of_elf(le64(64 + 40, 1 << 60))).contains("a size that cannot be"));
    assert!(said(said_of_elf(le64(64 + 16, 0x1f00))).contains("two segments share the page at 0x1000"));
    assert!(said(said_of_elf(le16(56, 0))).contains("no part of it asks to be loaded"));
    assert!(said(said_of_elf(le64(64 + 56 * 2 + 16, 0x3f_ffff_a000))).contains("does not fit"));
}

/// A heap of one megapage, and then small pages until memory is full.
fn full_of_megapages(last: &[Value]) -> Story {
    let machine = json!({ "frames": 1544 });
    let kernel = json!({ "superpages": true, "heap": "eager" });
    let mut steps =
        vec![json!({ "op": "spawn", "program": "sh" }), json!({ "op": "sbrk", "bytes": "4M - brk" })];
    let mut first = story(machine.clone(), kernel.clone(), json!(steps));
    first.timeline.seek(usize::MAX);
    // One of the frames that are left becomes the table of the next pages.
    let pages = first.system().frames_free() - 1;
    steps.push(json!({ "op": "sbrk", "bytes": pages * 4096 }));
    steps.extend_from_slice(last);
    story(machine, kernel, json!(steps))
}

#[test]
fn a_megapage_stays_whole_if_no_frame_is_free_to_divide_it() {
    let mut story = full_of_megapages(&[
        json!({ "op": "store", "at": "2M", "value": 7 }),
        json!({ "op": "sbrk", "bytes": "4M - 8K - brk" }),
        json!({ "op": "load", "at": "2M", "expect": { "value": 7, "pages": [ { "at": "4M - 8K", "level": 1 } ] } }),
        json!({ "op": "sbrk", "bytes": "4M - brk" }),
        json!({ "op": "sbrk", "bytes": "-8K", "expect": { "frames_used": "-1", "pages": [ { "at": "2M", "level": 0 } ] } }),
    ]);
    let refusals: Vec<Option<&str>> = outcomes(&story).into_iter().map(refused).collect();
    assert_eq!(refusals, [None, None, None, None, Some("no frame is free"), None, None, None]);
    assert_eq!(story.check(), []);
    let used = frames_used(&mut story);
    assert_eq!(used[2], 1544, "memory is full");
    assert_eq!(used[4], used[3], "the call that failed has changed nothing");
    story.system().check_at_rest().expect("the invariants hold");
}

/// A megapage keeps its frames while memory is short; divided, its pages lose theirs like others, and come back whole.
#[test]
fn the_pages_of_a_megapage_go_to_swap_once_it_is_divided() {
    let pages = |range: std::ops::Range<u64>| range.collect::<Vec<_>>();
    let steps = json!([
        { "op": "spawn", "program": "sh", "as": "one" },
        { "op": "sbrk", "bytes": "6M - brk" },
        { "op": "store", "at": "2M + 8", "value": 7, "expect": { "pages": [ { "at": "2M", "level": 1 } ] } },
        { "op": "touch", "pages": pages(0..500), "store": true, "expect": { "evictions": "+0" } },
        { "op": "touch", "pages": pages(1200..1240), "store": true, "expect": { "evictions": "+24" } },
        { "op": "load", "at": "2M + 8",
          "expect": { "value": 7, "page_ins": "+0", "pages": [ { "at": "2M", "level": 1 } ] } },
        { "op": "sbrk", "bytes": "3M - brk", "expect": { "pages": [ { "at": "2M", "level": 0 } ] } },
        { "op": "spawn", "program": "sh", "as": "two" },
        { "op": "sbrk", "bytes": "1800K" },
        { "op": "touch", "pages": pages(0..400), "store": true, "expect": { "ok": true } },
        { "op": "load", "process": "one", "at": "2M + 8", "expect": { "value": 7, "page_ins": "+1" } },
    ]);
    let kernel = json!({ "superpages": true, "reclaim": "fifo", "swap": "4M" });
    let mut story = story(json!({ "frames": 1040 }), kernel, steps);
    assert_eq!(story.check(), []);
    for steps in 1..=story.timeline.steps().len() {
        story.timeline.seek(story.timeline.after_steps(steps));
        story.system().check_at_rest().expect("the invariants hold");
    }
    assert!(story.system().counters.evictions > 100, "{:?}", story.system().counters);
}

#[test]
fn a_megapage_of_sv32_has_4_mib() {
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "sbrk", "bytes": "8M - brk" },
        { "op": "store", "at": "2M", "value": 1, "expect": { "frames_used": "+1" } },
        { "op": "load", "at": "8M - 4", "width": 4,
          "expect": { "frames_used": "+1024", "tlb_reach": "+4194304", "pages": [ { "at": "4M", "level": 1 } ] } },
        { "op": "fork", "as": "child", "expect": { "pages": [ { "at": "4M", "level": 1, "refs": 2, "cow": true } ] } },
    ]);
    let mut story = story(json!({ "paging": "sv32", "frames": 4096 }), json!({ "superpages": true }), steps);
    assert_eq!(story.check(), []);
}

/// Whatever sets A, and whatever the TLB still knows: each answer has the pages touched since the answer before.
#[test]
fn accessed_tells_what_was_touched_since_it_was_last_asked() {
    let rounds: [&[u64]; 5] = [&[0, 3, 15], &[3], &[], &[3, 3, 4, 15], &[1, 2, 15]];
    let kinds = ["load", "store"];
    for (ad_update, entries, kind) in ["hardware", "fault"]
        .into_iter()
        .flat_map(|ad_update| [0, 4, 64].map(|entries| (ad_update, entries)))
        .flat_map(|(ad_update, entries)| kinds.map(|kind| (ad_update, entries, kind)))
    {
        let mut steps =
            vec![json!({ "op": "spawn", "program": "sh" }), json!({ "op": "sbrk", "bytes": "64K" })];
        for touched in rounds {
            for page in touched {
                let at = format!("heap + {page} * page + 8");
                steps.push(match kind {
                    "load" => json!({ "op": "load", "at": at }),
                    _ => json!({ "op": "store", "at": at, "value": 1 }),
                });
            }
            // A range may begin within a page.
            steps.push(json!({ "op": "accessed", "at": "heap + 8", "length": "60K" }));
        }
        let machine = json!({ "ad_update": ad_update, "tlb": { "entries": entries } });
        let story = story(machine, json!({}), json!(steps));
        let answers = story.scenario.steps.iter().zip(outcomes(&story));
        let masks: Vec<Outcome> = answers
            .filter(|(step, _)| step.op.action.name() == "accessed")
            .map(|(_, outcome)| outcome.clone())
            .collect();
        let expected = rounds
            .map(|touched| Outcome::Answer { value: touched.iter().fold(0, |mask, page| mask | 1 << page) });
        assert_eq!(masks, expected, "{ad_update}, {entries} entries, {kind}");
    }
}

#[test]
fn accessed_refuses_what_it_has_no_bits_for_and_passes_over_what_is_not_the_users() {
    let asked = |at: &str, length: &str| json!({ "op": "accessed", "at": at, "length": length });
    let steps = json!([
        { "op": "spawn", "program": "sh" },
        { "op": "store", "at": "stack", "value": 1 },
        asked("heap", "0"),
        asked("heap", "256K + 1"),
        asked("heap + 1", "256K"),
        asked("trampoline", "2 * page"),
        asked("guard", "2 * page"),
        asked("trapframe", "2 * page"),
        asked("guard", "2 * page"),
        asked("heap", "256K"),
        asked("0 - 1", "2"),
    ]);
    let mut story = story(json!({}), json!({}), steps);
    let told: Vec<Option<u64>> = outcomes(&story)[2..]
        .iter()
        .map(|outcome| match outcome {
            Outcome::Answer { value } => Some(*value),
            _ => None,
        })
        .collect();
    assert_eq!(told, [None, None, None, None, Some(0b10), Some(0), Some(0), Some(0), None]);
    story.timeline.seek(usize::MAX);
    story.system().check_at_rest().expect("the invariants hold");
}
