//! ARN operators: "each of the six colon-delimited components of the ARN is checked separately and
//! each can include multi-character match wildcards (*) or single-character match wildcards (?)".
//! `ArnEquals` and `ArnLike` behave alike.

use crate::glob::{self, Piece};

/// Whether an ARN of the request matches a pattern.
pub(crate) fn matches(pattern: &[Piece], value: &str) -> bool {
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    if parts.len() != 6 || parts.first() != Some(&"arn") {
        return false;
    }
    if pattern == [Piece::Many] {
        return true;
    }
    let wanted: Vec<&[Piece]> = pattern.splitn(6, |piece| *piece == Piece::Char(':')).collect();
    wanted.len() == 6 && wanted.iter().zip(&parts).all(|(wanted, part)| glob::matches(wanted, part))
}
