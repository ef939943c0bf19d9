//! Addresses against ranges: "the value must be in the standard CIDR format"; without a prefix
//! length it is one address. An address of one family is in no range of the other.

/// An address as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    V4(u32),
    V6(u128),
}

/// Whether an address of the request is in a range.
pub(crate) fn matches(range: &str, value: &str) -> bool {
    inside(range, value).unwrap_or(false)
}

fn inside(range: &str, value: &str) -> Option<bool> {
    let (base, length) = match range.split_once('/') {
        Some((base, length)) => (base, Some(digits(length, 10)?)),
        None => (range, None),
    };
    let (base, length) = match (address(base)?, length) {
        (base, None) => (mapped(base), None),
        (base, length) => (base, length),
    };
    match (base, mapped(address(value)?)) {
        (Address::V4(base), Address::V4(value)) => {
            let host = 32_u32.checked_sub(length.unwrap_or(32))?;
            // A shift by the whole width leaves nothing to compare: `/0` holds every address.
            Some(base.checked_shr(host).unwrap_or(0) == value.checked_shr(host).unwrap_or(0))
        }
        (Address::V6(base), Address::V6(value)) => {
            let host = 128_u32.checked_sub(length.unwrap_or(128))?;
            Some(base.checked_shr(host).unwrap_or(0) == value.checked_shr(host).unwrap_or(0))
        }
        _ => Some(false),
    }
}

/// An IPv4 address written as `::ffff:a.b.c.d` is that IPv4 address.
fn mapped(address: Address) -> Address {
    match address {
        Address::V6(number) if number >> 32_u32 == 0xffff => {
            u32::try_from(number & 0xffff_ffff).map_or(address, Address::V4)
        }
        other => other,
    }
}

fn digits(text: &str, radix: u32) -> Option<u32> {
    let right = !text.is_empty() && text.len() <= 4 && text.chars().all(|c| c.is_digit(radix));
    right.then(|| u32::from_str_radix(text, radix).ok())?
}

fn address(text: &str) -> Option<Address> {
    if text.contains(':') { v6(text).map(Address::V6) } else { v4(text).map(Address::V4) }
}

fn v4(text: &str) -> Option<u32> {
    let parts: Vec<u32> = text.split('.').map(|part| digits(part, 10)).collect::<Option<_>>()?;
    // `010` is ten to some and eight to others.
    let doubtful = text.split('.').any(|part| part.len() > 1 && part.starts_with('0'));
    if doubtful || parts.len() != 4 || parts.iter().any(|part| *part > 255) {
        return None;
    }
    parts.iter().try_fold(0_u32, |number, part| number.checked_mul(256)?.checked_add(*part))
}

fn v6(text: &str) -> Option<u128> {
    let groups = match text.split_once("::") {
        None => groups(text)?,
        Some((before, after)) => {
            let (before, after) = (groups(before)?, groups(after)?);
            let zeros = 8_usize.checked_sub(before.len())?.checked_sub(after.len())?;
            if zeros == 0 {
                return None;
            }
            [before, vec![0; zeros], after].concat()
        }
    };
    if groups.len() != 8 {
        return None;
    }
    groups.iter().try_fold(0_u128, |number, group| {
        number.checked_mul(0x1_0000)?.checked_add(u128::from(*group))
    })
}

/// Groups of sixteen bits; the last two may be written as an IPv4 address.
fn groups(text: &str) -> Option<Vec<u32>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut groups = Vec::new();
    let mut rest = text.split(':').peekable();
    while let Some(group) = rest.next() {
        if group.contains('.') && rest.peek().is_none() {
            let number = v4(group)?;
            groups.extend([number >> 16_u32, number & 0xffff]);
        } else {
            groups.push(digits(group, 16)?);
        }
    }
    Some(groups)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn ranges_hold_their_addresses() {
        let check = |range: &str, value: &str, expected: bool| {
            assert_eq!(matches(range, value), expected, "`{value}` in `{range}`");
        };
        check("0.0.0.0/0", "203.0.113.9", true);
        check("10.0.0.0/8", "10.9.8.7", true);
        check("10.1.2.3/8", "10.9.8.7", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("10.1.2.3", "10.1.2.3", true);
        check("10.0.0.0/8", "::ffff:10.9.8.7", true);
        check("2001:db8::/32", "2001:0db8:0:0:0:0:0:1", true);
        check("2001:db8::1", "2001:0db8:0:0:0:0:0:1", true);
        check("::/0", "10.0.0.1", false);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("10.0.0.0/33", "10.0.0.1", false);
        check("10.0.0.0/8", "nonsense", false);
        check("10.0.0.0/8", "010.0.0.1", false);
    }
}
