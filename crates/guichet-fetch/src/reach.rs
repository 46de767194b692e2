//! Which addresses may be reached at all. What never enters: looking names up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// How far requests may go. Private networks are out of reach in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses.
    PublicOnly,
    /// Public addresses and this machine: development.
    PublicAndLoopback,
    /// Nothing but this machine: demonstrations, tests, accelerated clocks.
    LoopbackOnly,
}

impl Reach {
    /// Whether this machine may be reached.
    pub(crate) fn has_loopback(self) -> bool {
        self != Self::PublicOnly
    }

    /// Whether a connection to `ip` may be opened.
    pub(crate) fn allows_ip(self, ip: IpAddr) -> bool {
        (self.has_loopback() && ip.is_loopback()) || (self != Self::LoopbackOnly && is_public(ip))
    }

    /// Whether `name` may be looked up. What it resolves to is checked again.
    pub(crate) fn allows_name(self, name: &str) -> bool {
        if is_localhost(name) { self.has_loopback() } else { self != Self::LoopbackOnly }
    }

    /// Whether the host of `url`, as written, may be reached.
    pub(crate) fn allows_host(self, url: &Url) -> bool {
        match literal_ip(url) {
            Some(ip) => self.allows_ip(ip),
            None => url.host_str().is_some_and(|name| self.allows_name(name)),
        }
    }
}

/// The address that stands in `url` in place of a name. The `url` crate has already normalised decimal, octal,
/// hexadecimal and shortened forms.
pub(crate) fn literal_ip(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
        Host::Domain(_) => None,
    }
}

/// Whether `name` is `localhost` or under it, which by RFC 6761 is this machine and nobody else's business.
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether `ip` is an address of the public internet, following the IANA registries of special-purpose addresses.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// IPv4 blocks that are not the public internet: first address and prefix length.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    // "This network"; private; carrier-grade NAT; loopback; link-local; private.
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // Protocol assignments; documentation; the former 6to4 relays; private; benchmarks; documentation, twice.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast; reserved and broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(first, length)| (ip.to_bits() ^ first.to_bits()) >> (32 - length) == 0)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        // NAT64 and 6to4 lead to the IPv4 address inside.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => embedded(high, low),
        // Protocol assignments with Teredo; documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Global unicast. Everything else is loopback, unspecified, mapped, private, link-local or multicast.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: [&str; 8] = [
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "192.167.1.1",
        "2a01:e0a::1",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ];

    const NOT_PUBLIC: [&str; 35] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::808:808",
        "2002:7f00:1::1",
        "2002:c0a8:101::1",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];

    const LOOPBACK: [&str; 3] = ["127.0.0.1", "127.255.255.254", "::1"];

    #[test]
    fn each_reach_allows_its_addresses_and_no_other() {
        for (addresses, [public_only, both, loopback_only]) in [
            (&PUBLIC[..], [true, true, false]),
            (&NOT_PUBLIC[..], [false, false, false]),
            (&LOOPBACK[..], [false, true, true]),
        ] {
            for address in addresses {
                let ip: IpAddr = address.parse().unwrap();
                assert_eq!(Reach::PublicOnly.allows_ip(ip), public_only, "{address} in public");
                assert_eq!(Reach::PublicAndLoopback.allows_ip(ip), both, "{address} in both");
                assert_eq!(Reach::LoopbackOnly.allows_ip(ip), loopback_only, "{address} in loopback");
            }
        }
    }

    #[test]
    fn every_spelling_of_this_machine_is_seen_through() {
        for host in [
            "127.0.0.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[0:0:0:0:0:ffff:7f00:1]",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.b.localhost",
            "%6cocalhost",
            "127。0。0。1",
        ] {
            let url = Url::parse(&format!("http://{host}:8080/")).unwrap();
            assert!(!Reach::PublicOnly.allows_host(&url), "{host}");
        }
    }

    #[test]
    fn names_under_localhost_are_this_machine_and_names_that_look_like_it_are_not() {
        for (name, local) in [
            ("localhost", true),
            ("x.localhost", true),
            ("x.localhost.", true),
            ("notlocalhost", false),
            ("localhost.example.org", false),
        ] {
            assert_eq!(is_localhost(name), local, "{name}");
            assert_eq!(Reach::LoopbackOnly.allows_name(name), local, "{name}");
            assert_eq!(Reach::PublicOnly.allows_name(name), !local, "{name}");
            assert!(Reach::PublicAndLoopback.allows_name(name), "{name}");
        }
    }
}
