//! Does one thing many times over, so that its instructions can be counted from outside:
//! `corelet-bench (corelet|raw) (echo|calls) COUNT IMAGE`. `cargo xtask bench` runs it under callgrind.

use std::process::ExitCode;

use corelet_bench::{Job, Side, run};
use corelet_image::Image;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [side, job, count, image] = arguments.as_slice() else {
        eprintln!("usage: corelet-bench (corelet|raw) (echo|calls) COUNT IMAGE");
        return ExitCode::from(2);
    };
    let side = Side::ALL.into_iter().find(|known| known.name() == side);
    let job = Job::ALL.into_iter().find(|known| known.name() == job);
    let count: u32 = count.parse().expect("COUNT is a number");
    let image = std::fs::read(image).expect("IMAGE can be read");
    let answer = run(
        side.expect("a known side"),
        job.expect("a known job"),
        count,
        Image::parse(&image).expect("IMAGE is one"),
    );
    println!("{answer}");
    ExitCode::SUCCESS
}
