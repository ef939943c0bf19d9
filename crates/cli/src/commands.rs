//! One module per verb: from what was typed to a library call to what is printed.

pub(crate) mod analyze;
pub(crate) mod catalog;
pub(crate) mod compact;
pub(crate) mod explain;
pub(crate) mod findings;
pub(crate) mod init;
pub(crate) mod lint;
pub(crate) mod observe;
pub(crate) mod rejudge;
pub(crate) mod simulate;
pub(crate) mod sql;
pub(crate) mod timeline;
pub(crate) mod waive;
pub(crate) mod whatif;
