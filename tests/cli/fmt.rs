//! `pagewalk fmt`: files are rewritten in place, or hold their old text again.

#[cfg(unix)]
use super::binary::limited;
use super::binary::{Ran, fed, run_in, scratch};
use insta::assert_snapshot;
use std::fs;

const UGLY: &str = "{\"title\":\"Ugly\",\"format\":1,\n\"steps\":[{\"op\":\"spawn\",\"program\":\"sh\"}]}";
const NICE: &str = r#"{
  "format": 1,
  "title": "Ugly",
  "steps": [
    { "op": "spawn", "program": "sh" }
  ]
}
"#;

fn told(ran: &Ran) -> (i32, &str, &str) {
    (ran.status, &ran.out, &ran.err)
}

#[test]
fn a_file_is_rewritten_in_place_and_only_once() {
    let folder = scratch("fmt-in-place");
    fs::write(folder.join("a.json"), UGLY).unwrap();
    assert_eq!(told(&run_in(&folder, ["fmt", "a.json"])), (0, "", ""));
    assert_eq!(fs::read_to_string(folder.join("a.json")).unwrap(), NICE);
    let written = fs::metadata(folder.join("a.json")).unwrap().modified().unwrap();
    assert_eq!(told(&run_in(&folder, ["fmt", "a.json"])), (0, "", ""));
    let after = fs::metadata(folder.join("a.json")).unwrap().modified().unwrap();
    assert_eq!(written, after, "what is formatted is not written");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn check_writes_nothing_and_names_what_would_change() {
    let folder = scratch("fmt-check");
    fs::write(folder.join("ugly.json"), UGLY).unwrap();
    fs::write(folder.join("nice.json"), NICE).unwrap();
    let ran = run_in(&folder, ["fmt", "--check", "nice.json", "ugly.json"]);
    assert_eq!(told(&ran), (1, "ugly.json\n", ""));
    assert_eq!(fs::read_to_string(folder.join("ugly.json")).unwrap(), UGLY);
    assert_eq!(told(&run_in(&folder, ["fmt", "--check", "nice.json"])), (0, "", ""));
}

#[test]
fn what_is_piped_in_goes_to_standard_output() {
    assert_eq!(told(&fed(["fmt", "-"], UGLY)), (0, NICE, ""));
    assert_eq!(told(&fed(["fmt", "-"], NICE)), (0, NICE, ""));
    assert_eq!(told(&fed(["fmt", "-", "--check"], UGLY)), (1, "<standard input>\n", ""));
    assert_eq!(told(&fed(["fmt", "-", "--check"], NICE)), (0, "", ""));
}

#[test]
fn what_is_nested_as_deep_as_a_scenario_may_be_is_formatted() {
    let once = fed(["fmt", "-"], format!("{}{}", "[".repeat(64), "]".repeat(64)));
    assert_eq!((once.status, once.out.matches('[').count()), (0, 64), "{}", once.err);
    assert_eq!(fed(["fmt", "-"], &once.out).out, once.out);
    assert_eq!(fed(["fmt", "-"], "[".repeat(1_000_000)).status, 2);
}

#[test]
fn what_cannot_be_formatted_is_left_as_it_is_and_the_rest_is_done() {
    let folder = scratch("fmt-refused");
    let broken = UGLY.replace(":1,", ":1,,");
    fs::write(folder.join("broken.json"), &broken).unwrap();
    fs::write(folder.join("ugly.json"), UGLY).unwrap();
    fs::create_dir(folder.join("folder")).unwrap();
    let ran = run_in(&folder, ["fmt", "broken.json", "nowhere.json", "folder", "ugly.json"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert_snapshot!("fmt-refused", ran.err);
    assert_eq!(fs::read_to_string(folder.join("broken.json")).unwrap(), broken);
    assert_eq!(fs::read_to_string(folder.join("ugly.json")).unwrap(), NICE);
}

#[cfg(unix)]
#[test]
fn owner_permissions_and_links_stay() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    let folder = scratch("fmt-links");
    let (target, link) = (folder.join("there/real.json"), folder.join("link.json"));
    fs::create_dir(folder.join("there")).unwrap();
    fs::write(&target, UGLY).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("there/real.json", &link).unwrap();
    fs::hard_link(&target, folder.join("there/other.json")).unwrap();
    // Only root can give a file away.
    let _ = chown(&target, Some(12_345), Some(12_346));
    let kept = || {
        let metadata = fs::metadata(&target).unwrap();
        (metadata.ino(), metadata.nlink(), metadata.uid(), metadata.gid())
    };
    let before = kept();
    assert_eq!(told(&run_in(&folder, ["fmt", "link.json"])), (0, "", ""));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "the link is a link");
    assert_eq!(fs::read_to_string(&target).unwrap(), NICE, "what it leads to is rewritten");
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o7777, 0o640);
    assert_eq!(kept(), before);
    assert_eq!(fs::read_dir(folder.join("there")).unwrap().count(), 2, "no copy is left");
    // What may not be written is not replaced either.
    fs::write(&target, UGLY).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o440)).unwrap();
    let refused = "error: link.json: the file may not be written\nerror: 1 of 1 cannot be formatted\n";
    assert_eq!(told(&run_in(&folder, ["fmt", "link.json"])), (2, "", refused));
    assert_eq!(fs::read_to_string(&target).unwrap(), UGLY);
}

#[cfg(unix)]
#[test]
fn without_room_for_the_new_text_the_file_has_the_old_one() {
    let folder = scratch("fmt-full");
    let old = format!("{{\"steps\":[{}[]]}}", "[],".repeat(300));
    fs::write(folder.join("a.json"), &old).unwrap();
    let ran = limited(2, &["fmt", "a.json"], &folder);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.err.starts_with("error: a.json: file too large\n"), "{}", ran.err);
    assert_eq!(fs::read_to_string(folder.join("a.json")).unwrap(), old);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_byte_order_mark_is_removed() {
    let folder = scratch("fmt-mark");
    let marked = format!("\u{feff}{NICE}");
    fs::write(folder.join("a.json"), &marked).unwrap();
    assert_eq!(told(&run_in(&folder, ["fmt", "--check", "a.json"])), (1, "a.json\n", ""));
    assert_eq!(told(&run_in(&folder, ["fmt", "a.json"])), (0, "", ""));
    assert_eq!(fs::read_to_string(folder.join("a.json")).unwrap(), NICE);
    assert_eq!(told(&fed(["fmt", "-"], &marked)), (0, NICE, ""));
}

#[test]
fn a_built_in_scenario_has_no_file_to_format() {
    let ran = run_in(&scratch("fmt-builtin"), ["fmt", "fork-exec"]);
    assert!(ran.err.starts_with("error: fork-exec: this is a built-in scenario"), "{}", ran.err);
}
