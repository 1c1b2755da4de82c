//! The scenarios and the program, at a size that shows that they work.

use std::path::PathBuf;
use std::process::Command;

use lcms_bench::{Bench, Scenario, Volumes};

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_lcms-bench"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_measures_something() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::new(Volumes::tiny(), program(), folder.path()).unwrap();
    let lines = bench.run(Scenario::ALL, |_| {}).await.unwrap();
    for scenario in Scenario::ALL {
        let begins = format!("{}: ", scenario.name());
        let own = lines.iter().filter(|line| line.name().starts_with(&begins)).count();
        assert!(own > 0, "nothing of {}", scenario.name());
    }
    drop(bench);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "something was left behind");
}

#[test]
fn wrong_usage_names_what_there_is() {
    let output = Command::new(program()).args(["--only", "everything"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains(
            "ingest, import, package, index, fsck, search, reads, uses, releases, republish, history, discovery, saves"
        ),
        "{said}"
    );
}
