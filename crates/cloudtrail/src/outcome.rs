//! What AWS answered, told from the two error members.

use std::fmt;

use crate::record::Record;

/// What AWS answered to the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// No error.
    Succeeded,
    /// Refused for want of permission.
    Denied,
    /// Failed for another reason: throttled, over a quota, not valid, not found.
    Failed,
}

/// What refusals are called, lower case, without prefix and suffix. `accessdenied` also stands at
/// the end of longer ones, such as `VpceAccessDenied` and `KMSAccessDenied`.
const REFUSALS: [&str; 5] = [
    "unauthorizedoperation",
    "unauthorized",
    "notauthorized",
    "authorization",
    "operationnotpermitted",
];

/// Endings that say nothing: the same refusal is `AccessDenied` and `AccessDeniedException`.
const ENDINGS: [&str; 3] = ["exception", "error", "fault"];

/// Codes whose message may well speak of permissions (those of a role in the parameters, say) and
/// that are no refusal of the caller.
const NEVER_REFUSALS: [&str; 6] =
    ["throttl", "toomanyrequests", "slowdown", "limitexceeded", "validation", "notfound"];

/// What the message of a refusal says, lower case.
const REFUSING_WORDS: [&str; 5] = [
    "is not authorized to perform",
    "not authorized to perform this operation",
    "with an explicit deny",
    "cross-account pass role is not allowed",
    "due to a vpc endpoint policy",
];

impl Outcome {
    /// The outcome of this spelling.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let outcomes = [Self::Succeeded, Self::Denied, Self::Failed];
        outcomes.into_iter().find(|outcome| outcome.as_str() == word)
    }

    /// The outcome in lower case, as reports and columns spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Record<'_> {
    /// What AWS answered. A few services report errors only in `responseElements`: those calls
    /// count as succeeded.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let code = self.error_code.as_deref().unwrap_or_default().to_ascii_lowercase();
        let message = self.error_message.as_deref().unwrap_or_default();
        if code.is_empty() && message.is_empty() {
            Outcome::Succeeded
        } else if code_refuses(&code) || (!never_refuses(&code) && message_refuses(message)) {
            Outcome::Denied
        } else {
            Outcome::Failed
        }
    }
}

fn code_refuses(code: &str) -> bool {
    let mut name = code.rsplit('.').next().unwrap_or(code);
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) {
        name = shorter;
    }
    name.ends_with("accessdenied") || REFUSALS.contains(&name)
}

fn never_refuses(code: &str) -> bool {
    NEVER_REFUSALS.iter().any(|part| code.contains(part))
}

fn message_refuses(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.trim_end_matches('.') == "access denied"
        || REFUSING_WORDS.iter().any(|words| message.contains(words))
}
