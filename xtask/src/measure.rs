//! What a process may use, and what it has used.

#[cfg(unix)]
pub(crate) use on_unix::{limit, used_by_children, used_by_this};

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Processor time.
    pub seconds: f64,
    /// The most memory held at once.
    pub peak_mib: u64,
}

#[cfg(unix)]
mod on_unix {
    use std::io;

    use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};
    use nix::sys::time::TimeValLike;

    use super::Usage;

    /// Limits this process, and those that it starts, to so many seconds of processor time and mebibytes of address
    /// space.
    pub(crate) fn limit(seconds: u64, mib: u64) -> io::Result<()> {
        // At the first limit the system asks the process to end, at the second it doesn't ask.
        setrlimit(Resource::RLIMIT_CPU, seconds, seconds.saturating_add(5))?;
        let bytes = mib.saturating_mul(1 << 20);
        // macOS knows this limit, but does not let processes have it.
        if cfg!(not(target_os = "macos")) {
            setrlimit(Resource::RLIMIT_AS, bytes, bytes)?;
        }
        Ok(())
    }

    /// What this process has used.
    pub(crate) fn used_by_this() -> Option<Usage> {
        used(UsageWho::RUSAGE_SELF)
    }

    /// What the processes have used that this one started and waited for: all of their time, the most memory of one.
    pub(crate) fn used_by_children() -> Option<Usage> {
        used(UsageWho::RUSAGE_CHILDREN)
    }

    fn used(who: UsageWho) -> Option<Usage> {
        let usage = getrusage(who).ok()?;
        let time = usage.user_time() + usage.system_time();
        let unit = if cfg!(target_os = "macos") { 1 << 20 } else { 1 << 10 };
        let peak_mib = u64::try_from(usage.max_rss()).ok()?.div_ceil(unit);
        #[expect(clippy::cast_precision_loss, reason = "microseconds of one process are far below 2^52")]
        let seconds = time.num_microseconds() as f64 / 1e6;
        Some(Usage { seconds, peak_mib })
    }
}

/// Other systems have other limits; there a run has none.
#[cfg(not(unix))]
pub(crate) fn limit(_seconds: u64, _mib: u64) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn used_by_this() -> Option<Usage> {
    None
}

#[cfg(not(unix))]
pub(crate) fn used_by_children() -> Option<Usage> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn usage_grows() {
        let before = used_by_this().unwrap();
        let held = vec![1_u8; 64 << 20];
        let sum: u64 = held.iter().map(|byte| u64::from(*byte)).sum();
        let after = used_by_this().unwrap();
        assert_eq!(sum, 64 << 20);
        assert!(after.peak_mib >= 64 && after.seconds >= before.seconds, "{before:?} {after:?}");
    }
}
