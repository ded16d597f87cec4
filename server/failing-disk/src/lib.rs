//! A disk under SQLite that fails when a test says so: the n-th call, once or from there on.
//!
//! It stands between SQLite and its usual file system and counts the calls that touch the files of one
//! folder: open, read, write, truncate, sync, delete. Everything else passes through. Syncs are counted and not
//! done: a test that does not cut the power can do without, and thousands of them are slow.

use libsqlite3_sys::{
    SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_IOERR_DELETE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_READ,
    SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE, SQLITE_OK, sqlite3_file, sqlite3_int64,
    sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// EIO: nothing is read or written.
    Broken,
    /// ENOSPC: nothing is written; reads go on.
    Full,
    /// Half of it is written, and then there is no room; reads go on.
    Short,
}

/// When calls fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// One call, counted from zero.
    Once(u64),
    /// This call and all that follow.
    From(u64),
}

#[derive(Debug)]
struct Plan {
    folder: PathBuf,
    calls: u64,
    failed: u64,
    fails: Option<(When, Fault)>,
}

static PLAN: Mutex<Option<Plan>> = Mutex::new(None);

/// Counts calls on the files of a folder from now on, and lets them fail if told to.
pub fn watch(folder: &Path, fails: Option<(When, Fault)>) {
    install();
    *plan() = Some(Plan {
        folder: folder.to_owned(),
        calls: 0,
        failed: 0,
        fails,
    });
}

/// Nothing fails any more; counting goes on.
pub fn heal() {
    if let Some(plan) = plan().as_mut() {
        plan.fails = None;
    }
}

/// Calls since [`watch`], and those that failed.
pub fn calls() -> (u64, u64) {
    plan().as_ref().map_or((0, 0), |it| (it.calls, it.failed))
}

fn plan() -> MutexGuard<'static, Option<Plan>> {
    PLAN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a call; says how it fails, if it does.
fn call(is_write: bool) -> Option<Fault> {
    let mut plan = plan();
    let plan = plan.as_mut()?;
    let number = plan.calls;
    plan.calls += 1;
    let (when, fault) = plan.fails?;
    let is_time = match when {
        When::Once(at) => number == at,
        When::From(at) => number >= at,
    };
    // A full disk can be read.
    let fails = is_time && (is_write || fault == Fault::Broken);
    plan.failed += u64::from(fails);
    fails.then_some(fault)
}

fn is_watched(name: *const c_char) -> bool {
    if name.is_null() {
        return false;
    }
    // SAFETY: SQLite hands in a string that ends in zero.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    let plan = plan();
    plan.as_ref()
        .is_some_and(|it| Path::new(&*name).starts_with(&it.folder))
}

/// The methods of a watched file, and those that they stand for.
#[repr(C)]
struct Methods {
    ours: sqlite3_io_methods,
    real: *const sqlite3_io_methods,
}

fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: the usual file system lives as long as the program; the copy is leaked, so that it does too.
        unsafe {
            let real = sqlite3_vfs_find(std::ptr::null());
            let ours = Box::leak(Box::new(*real));
            ours.zName = c"failing".as_ptr();
            ours.pNext = std::ptr::null_mut();
            ours.pAppData = real.cast();
            ours.xOpen = Some(open);
            ours.xDelete = Some(delete);
            assert_eq!(sqlite3_vfs_register(ours, 1), SQLITE_OK);
        }
    });
}

/// The usual file system with the data that belongs to it.
///
/// # Safety
/// `vfs` is the one that [`install`] registered.
unsafe fn real_vfs(vfs: *mut sqlite3_vfs) -> *mut sqlite3_vfs {
    // SAFETY: `install` put it there.
    unsafe { (*vfs).pAppData.cast() }
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: what SQLite hands in goes on to its own file system; a file that it opened has methods.
    unsafe {
        let is_watched = is_watched(name);
        if is_watched && call(false).is_some() {
            (*file).pMethods = std::ptr::null();
            return SQLITE_CANTOPEN;
        }
        let real = real_vfs(vfs);
        let Some(open) = (*real).xOpen else {
            return SQLITE_CANTOPEN;
        };
        let code = open(real, name, file, flags, out_flags);
        if code == SQLITE_OK && is_watched && !(*file).pMethods.is_null() {
            let real = (*file).pMethods;
            let mut ours = *real;
            ours.xRead = Some(read);
            ours.xWrite = Some(write);
            ours.xTruncate = Some(truncate);
            ours.xSync = Some(sync);
            // Leaked: SQLite may look at it until the file is closed, and tests are short.
            let methods = Box::leak(Box::new(Methods { ours, real }));
            (*file).pMethods = &raw const methods.ours;
        }
        code
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    if is_watched(name) && call(true).is_some() {
        return SQLITE_IOERR_DELETE;
    }
    // SAFETY: as handed in.
    unsafe {
        let real = real_vfs(vfs);
        match (*real).xDelete {
            Some(delete) => delete(real, name, sync),
            None => SQLITE_IOERR_DELETE,
        }
    }
}

/// What a watched file's methods stand for.
///
/// # Safety
/// `file` was opened by [`open`], which gave it methods that lie at the beginning of a [`Methods`].
unsafe fn real(file: *mut sqlite3_file) -> &'static sqlite3_io_methods {
    // SAFETY: see above; both live as long as the program.
    unsafe { &*(*(*file).pMethods.cast::<Methods>()).real }
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    to: *mut c_void,
    count: c_int,
    at: sqlite3_int64,
) -> c_int {
    if call(false).is_some() {
        return SQLITE_IOERR_READ;
    }
    // SAFETY: only watched files have this method.
    unsafe {
        real(file)
            .xRead
            .map_or(SQLITE_IOERR_READ, |it| it(file, to, count, at))
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    count: c_int,
    at: sqlite3_int64,
) -> c_int {
    let (count, code) = match call(true) {
        None => (count, SQLITE_OK),
        Some(Fault::Broken) => return SQLITE_IOERR_WRITE,
        Some(Fault::Full) => return SQLITE_FULL,
        Some(Fault::Short) => (count / 2, SQLITE_FULL),
    };
    // SAFETY: only watched files have this method.
    let written = unsafe {
        real(file)
            .xWrite
            .map_or(SQLITE_IOERR_WRITE, |it| it(file, from, count, at))
    };
    if written == SQLITE_OK { code } else { written }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    if call(true).is_some() {
        return SQLITE_IOERR_TRUNCATE;
    }
    // SAFETY: only watched files have this method.
    unsafe {
        real(file)
            .xTruncate
            .map_or(SQLITE_IOERR_TRUNCATE, |it| it(file, size))
    }
}

unsafe extern "C" fn sync(_file: *mut sqlite3_file, _flags: c_int) -> c_int {
    if call(true).is_some() {
        return SQLITE_IOERR_FSYNC;
    }
    SQLITE_OK
}
