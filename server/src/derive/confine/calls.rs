//! Seccomp: which system calls can be made. All that is not on the list fails with an error, and so do calls of
//! later kernels that nobody here has thought of.

use std::collections::BTreeMap;
use std::io;

use libc::c_long;
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

/// What the process is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Compute between standard input and output: nothing is opened, no thread, no process.
    Decode,
    /// Become a program that opens its libraries and has threads; `files` says what it may open and run.
    Run,
}

/// Memory, waiting, time, and what is open already.
const DECODE: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_close,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What a program of the system needs beyond [`DECODE`] to start and to work on files that `files` allows.
const RUN: &[c_long] = &[
    libc::SYS_execve,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_openat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_readlinkat,
    libc::SYS_getcwd,
    libc::SYS_pwrite64,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_set_tid_address,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_times,
    libc::SYS_getrusage,
    libc::SYS_gettimeofday,
    libc::SYS_clock_getres,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getppid,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
];

/// Calls that only this processor family still has, in the same order of thought as [`RUN`].
#[cfg(target_arch = "x86_64")]
const RUN_OLD: &[c_long] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_dup2,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_time,
    libc::SYS_arch_prctl,
];
#[cfg(not(target_arch = "x86_64"))]
const RUN_OLD: &[c_long] = &[];

/// Closes the kernel's other doors to this thread. False where the kernel, or this processor, has no seccomp.
///
/// # Errors
/// When the list cannot be made into a filter, which is a fault of this program.
pub fn close(purpose: Purpose) -> io::Result<bool> {
    let Some(filter) = filter(purpose).map_err(io::Error::other)? else { return Ok(false) };
    match apply_filter(&filter) {
        Ok(()) => Ok(true),
        Err(Error::Prctl(_) | Error::Seccomp(_)) => Ok(false),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// The filter for this processor; `None` where there is none for it.
fn filter(purpose: Purpose) -> Result<Option<BpfProgram>, Error> {
    let Ok(processor) = std::env::consts::ARCH.try_into() else { return Ok(None) };
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = DECODE.iter().map(|call| (*call, Vec::new())).collect();
    // Limits are looked at, never changed: root could raise them again.
    rules.insert(libc::SYS_prlimit64, vec![all([is(0, 0)?, is_null(2)?])?]);
    rules.insert(libc::SYS_fcntl, looked_at(&[libc::F_GETFD, libc::F_GETFL])?);
    let refused = match purpose {
        Purpose::Decode => {
            // Memory that is written never becomes code.
            let no_code = has_not(2, libc::PROT_EXEC)?;
            rules.insert(libc::SYS_mmap, vec![all([no_code.clone()])?]);
            rules.insert(libc::SYS_mprotect, vec![all([no_code])?]);
            libc::EPERM
        }
        Purpose::Run => {
            rules.extend(RUN.iter().chain(RUN_OLD).map(|call| (*call, Vec::new())));
            let flags = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_SETFL, libc::F_DUPFD_CLOEXEC];
            rules.insert(libc::SYS_fcntl, looked_at(&flags)?);
            // Threads, no processes. `clone3` hides its flags from a filter: libraries fall back to `clone`
            // when they are told that there is none, as to older calls elsewhere.
            rules.insert(libc::SYS_clone, vec![all([has(0, libc::CLONE_THREAD)?])?]);
            rules.insert(libc::SYS_prctl, looked_at_in(0, &[libc::PR_SET_NAME])?);
            libc::ENOSYS
        }
    };
    let refused = SeccompAction::Errno(refused.unsigned_abs());
    let filter = SeccompFilter::new(rules, refused, SeccompAction::Allow, processor)?;
    Ok(Some(filter.try_into()?))
}

/// One of these values of the second argument.
fn looked_at(values: &[i32]) -> Result<Vec<SeccompRule>, Error> {
    looked_at_in(1, values)
}

fn looked_at_in(place: u8, values: &[i32]) -> Result<Vec<SeccompRule>, Error> {
    values.iter().map(|value| all([is(place, u64::from(value.unsigned_abs()))?])).collect()
}

fn all<const N: usize>(conditions: [SeccompCondition; N]) -> Result<SeccompRule, Error> {
    Ok(SeccompRule::new(conditions.to_vec())?)
}

/// For an `int`, whose upper half may hold anything.
fn is(place: u8, value: u64) -> Result<SeccompCondition, Error> {
    Ok(SeccompCondition::new(place, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?)
}

fn is_null(place: u8) -> Result<SeccompCondition, Error> {
    Ok(SeccompCondition::new(place, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?)
}

fn has(place: u8, flag: i32) -> Result<SeccompCondition, Error> {
    let flag = u64::from(flag.unsigned_abs());
    Ok(SeccompCondition::new(place, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), flag)?)
}

fn has_not(place: u8, flag: i32) -> Result<SeccompCondition, Error> {
    let flag = u64::from(flag.unsigned_abs());
    Ok(SeccompCondition::new(place, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), 0)?)
}
