use std::fs;
use std::path::Path;

use corelet_cli::Failure;

use super::checks::Checks;
use crate::run::{cargo, root};

/// A room that warms up, and cools down: `time_s,value`.
const ROOM: &str = "xtask/data/room.csv";
/// As many ticks as the room has seconds.
const TICKS: &str = "12";

/// Runs the plugin by the command that an author uses.
pub(super) fn run(image: &Path, folder: &Path, checks: &mut Checks) -> Result<(), Failure> {
    let storage = folder.join("desktop-storage");
    let output = cargo(&["run", "--quiet", "--package", "corelet-cli", "--", "run"])
        .arg(image)
        .arg("--sensor")
        .arg(format!("0=csv:{}", root().join(ROOM).display()))
        .args(["--ticks", TICKS, "--storage"])
        .arg(&storage)
        .output()
        .map_err(|error| Failure::tool(format_args!("cargo does not start: {error}")))?;
    let log = String::from_utf8_lossy(&output.stderr);
    print!("{log}");
    checks.check("the plugin ran to the end", output.status.success());
    let decisions = [
        "19000 m°C: heating on",
        "22000 m°C: heating off",
        "20250 m°C: heating on",
    ];
    let mut rest = &*log;
    for decision in decisions {
        let found = rest.split_once(decision);
        checks.check(decision, found.is_some());
        rest = found.map_or("", |(_, rest)| rest);
    }
    let kept = super::board::stored(&storage, "switches");
    checks.check(
        "it keeps in flash that it switched 3 times",
        kept == Some(3),
    );
    fs::remove_file(&storage).map_err(|error| Failure::writing(&storage, &error))
}
