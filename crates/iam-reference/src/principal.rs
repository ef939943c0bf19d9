//! The `Principal` and `NotPrincipal` elements.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>

use serde_json::Value;

use crate::caller::{Caller, is_account};
use crate::context::texts;

/// How closely an entry names the caller, closest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Naming {
    /// By its account: that only hands the question on to the account's own policies.
    Account,
    /// By its role: boundaries and session policies still limit it.
    Role,
    /// By its own ARN, or as one of everybody.
    Exactly,
}

/// How a block names the caller, if it does.
pub(crate) fn named(block: &Value, caller: &Caller) -> Result<Option<Naming>, String> {
    if let Some(text) = block.as_str() {
        return match text {
            "*" => Ok(Some(Naming::Exactly)),
            other => Err(format!("`{other}` is no principal block")),
        };
    }
    let mut best = None;
    for (kind, entries) in block.as_object().ok_or("a principal block is no object")? {
        for entry in texts(entries)? {
            best = best.max(match kind.as_str() {
                "AWS" => aws(&entry, caller),
                "Service" => service(&entry, caller),
                _ => None,
            });
        }
    }
    Ok(best)
}

fn service(entry: &str, caller: &Caller) -> Option<Naming> {
    match caller {
        Caller::Service(name) if name == entry => Some(Naming::Exactly),
        _ => None,
    }
}

fn aws(entry: &str, caller: &Caller) -> Option<Naming> {
    if entry == "*" {
        // All identities and anonymous callers, not services.
        return (!matches!(caller, Caller::Service(_))).then_some(Naming::Exactly);
    }
    match caller {
        Caller::Anonymous | Caller::Service(_) => None,
        Caller::Root(account) => (account_of(entry) == Some(account)).then_some(Naming::Exactly),
        Caller::Bound(arn) => {
            if account_of(entry).is_some() && account_of(entry) == caller.account() {
                Some(Naming::Account)
            } else if role_name(entry).is_some() {
                let session = caller.session_of().is_some_and(|session| {
                    // Names of roles are unique within an account, whatever their path.
                    role_name(entry) == Some(session) && entry.split(':').nth(4) == caller.account()
                });
                (entry == arn || session).then_some(Naming::Role)
            } else {
                (entry == arn).then_some(Naming::Exactly)
            }
        }
    }
}

/// The account that an entry names as a whole: its number or its root user's ARN.
fn account_of(entry: &str) -> Option<&str> {
    if is_account(entry) {
        return Some(entry);
    }
    let parts: Vec<&str> = entry.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, "root"] => Some(account),
        _ => None,
    }
}

/// The name of the role that an entry names, without its path.
fn role_name(entry: &str) -> Option<&str> {
    let parts: Vec<&str> = entry.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", _, role] => role.strip_prefix("role/")?.rsplit('/').next(),
        _ => None,
    }
}
