use std::path::Path;

use lake::TableWriter;

use super::*;
use crate::faulty::{self, Faulty};

/// The lake of the first release, with all rows once more in parts of another name.
fn overlapping(root: &Path) {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/lake-1/lake");
    faulty::copy(Path::new(data), root);
    once_more::<CallRow>(root);
    once_more::<FindingRow>(root);
    once_more::<ObjectRow>(root);
    once_more::<FactRow>(root);
}

fn once_more<R: TableRow>(root: &Path) {
    let lake = Folder { root: root.to_owned() };
    for day in lake.folders(R::TABLE.as_str()).unwrap() {
        let rows: Vec<R> = lake.rows(&day).unwrap();
        std::fs::write(
            root.join(R::TABLE.as_str()).join(day).join("part-0.parquet"),
            part(&rows, "part-0"),
        )
        .unwrap();
    }
}

/// A part of some rows.
fn part<R: TableRow>(rows: &[R], name: &str) -> Vec<u8> {
    let mut writer =
        TableWriter::<R, _>::new(Vec::new(), "0.1.0", &BTreeSet::from([name.to_owned()])).unwrap();
    rows.iter().for_each(|row| writer.push(row).unwrap());
    writer.finish().unwrap()
}

fn compacted(root: &Path, spool: &Spool) -> Done {
    compact(&mut Folder { root: root.to_owned() }, spool, true).unwrap()
}

#[test]
fn old_files_go_one_run_later() {
    let folder = tempfile::tempdir().unwrap();
    let (root, spool) = (folder.path().join("lake"), Spool::new(folder.path().to_owned()));
    overlapping(&root);
    // Whoever deletes old files leaves folders.
    for folder in ["calls/dt=2026-04-01", "objects/dt=2026-04-01", "resource_facts/dt=2026-04-01"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    let old = faulty::contents(&root);
    let first = compacted(&root, &spool);
    assert_eq!((first.days.merged, first.calls.duplicates, first.files.deleted), (3, 726, 0));
    let both = faulty::contents(&root);
    let lost = old.iter().filter(|(name, bytes)| both.get(*name) != Some(bytes));
    assert_eq!(lost.map(|(name, _)| name).collect::<Vec<_>>(), Vec::<&String>::new());
    let second = compacted(&root, &spool);
    assert_eq!((second.days.merged, second.files.written), (0, 0));
    assert_eq!(second.files.deleted, first.files.replaced);
    let third = compacted(&root, &spool);
    assert_eq!(third.files, Files::default());
    let calls = names(&Folder { root }, Table::Calls, "dt=2026-05-14").unwrap();
    assert_eq!(calls.len(), 1);
}

/// A file that cannot be read to its end keeps what it stands for from being deleted.
#[test]
fn nothing_is_deleted_for_a_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    let (root, spool) = (folder.path().join("lake"), Spool::new(folder.path().to_owned()));
    overlapping(&root);
    compacted(&root, &spool);
    let day = root.join("calls/dt=2026-05-14");
    let merged = names(&Folder { root: root.clone() }, Table::Calls, "dt=2026-05-14").unwrap();
    let files = merged.iter().map(|name| day.join(name));
    let newest = files.max_by_key(|path| path.metadata().unwrap().modified().unwrap()).unwrap();
    let mut bytes = std::fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    std::fs::write(&newest, bytes).unwrap();
    let before = faulty::contents(&root.join("calls/dt=2026-05-14"));
    assert!(compact(&mut Folder { root: root.clone() }, &spool, true).is_err());
    assert_eq!(before, faulty::contents(&root.join("calls/dt=2026-05-14")));
}

/// A day that grows is left alone until it is worth it; one that is over is not.
#[test]
fn a_growing_day_waits() {
    let folder = tempfile::tempdir().unwrap();
    let (root, spool) = (folder.path().join("lake"), Spool::new(folder.path().to_owned()));
    overlapping(&root);
    compacted(&root, &spool);
    compacted(&root, &spool);
    // Without rows it is far below an eighth of the day's file.
    let part = part::<CallRow>(&[], "part-1");
    for (day, left) in [("dt=2026-05-13", 0), ("dt=2026-05-15", 1)] {
        let path = root.join("calls").join(day).join("part-1.parquet");
        std::fs::write(&path, &part).unwrap();
        let done = compact(&mut Folder { root: root.clone() }, &spool, false).unwrap();
        assert_eq!(done.days.left, left, "{day}");
        std::fs::remove_file(path).unwrap();
        compacted(&root, &spool);
    }
}

/// Stopped at any write, later runs leave what runs leave that nobody stopped.
#[test]
fn a_run_that_was_killed_leaves_no_trace_once_it_is_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::new(folder.path().join("spool"));
    let clean = folder.path().join("clean");
    overlapping(&clean);
    compacted(&clean, &spool);
    compacted(&clean, &spool);
    let wanted = faulty::contents(&clean);
    let mut kills = 0;
    loop {
        let root = folder.path().join(kills.to_string());
        overlapping(&root);
        let runs = || {
            let mut lake = Faulty::new(root.clone(), kills);
            // The second run deletes.
            compact(&mut lake, &spool, true).and_then(|_| compact(&mut lake, &spool, true))
        };
        let died = runs().is_err();
        compacted(&root, &spool);
        compacted(&root, &spool);
        assert!(faulty::contents(&root) == wanted, "after {kills} writes");
        if !died {
            break;
        }
        kills += 1;
    }
    assert!(kills > 20, "{kills}");
}
