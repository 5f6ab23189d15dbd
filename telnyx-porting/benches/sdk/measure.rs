//! Taking turns, and what comes of it.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

use crate::Result;
use crate::line::median;

/// The CPU time that this process has used, with what the system did for it.
pub(crate) fn cpu() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let sum = [usage.user_time(), usage.system_time()].into_iter().try_fold(Duration::ZERO, |sum, time| {
        let seconds = u64::try_from(time.tv_sec()).ok()?;
        let micros = u64::try_from(time.tv_usec()).ok()?;
        Some(sum + Duration::from_secs(seconds) + Duration::from_micros(micros))
    });
    sum.ok_or_else(|| "the system tells a negative time".into())
}

/// The memory that this process holds now, in MB.
pub(crate) fn memory() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the system does not tell memory")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}

/// How long something takes by the clock.
pub(crate) fn timed(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

/// How much CPU something takes.
pub(crate) fn cpu_of(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let start = cpu()?;
    work()?;
    Ok(cpu()?.saturating_sub(start).as_secs_f64())
}

/// Lets two take turns, and gives the median of each and of the ratios of the first to the second.
pub(crate) fn turns(
    rounds: usize,
    mut ours: impl FnMut() -> Result<f64>,
    mut baseline: impl FnMut() -> Result<f64>,
) -> Result<(f64, f64, f64)> {
    // The first round warms caches and the allocator.
    ours()?;
    baseline()?;
    let (mut first, mut second, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let (a, b) = if round % 2 == 0 {
            let a = ours()?;
            (a, baseline()?)
        } else {
            let b = baseline()?;
            (ours()?, b)
        };
        first.push(a);
        second.push(b);
        ratios.push(a / b);
    }
    Ok((median(first), median(second), median(ratios)))
}
