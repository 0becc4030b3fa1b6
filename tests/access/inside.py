"""Addresses that lead inside, in every spelling known to have fooled somebody."""

# ruff: noqa: S104 - nothing is bound to these

from __future__ import annotations

# Hosts that are addresses in disguise: the system, not a stub, says where they lead.
DISGUISED = (
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001",
    "0177.0.0.1", "0", "0.0.0.0", "0x0", "localhost", "LOCALHOST", "localhost.", "169.254.169.254", "2852039166",
    "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.16689662", "0xA9.0xFE.0xA9.0xFE", "10.0.0.1", "10.1",
    "172.16.0.1", "192.168.0.1", "192.168.1", "100.64.0.1", "100.100.100.200", "198.18.0.1", "192.0.0.8",
    "192.0.0.192", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]",
    "[::127.0.0.1]", "[::169.254.169.254]", "[::ffff:0:127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[2002:7f00:1::]", "[2001:0:a9fe:a9fe::1]", "[2001:db8::1]",
    "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]", "[3fff::1]",
    "[2a00:1450::5efe:a9fe:a9fe]", "[2a00:1450::200:5efe:7f00:1]", "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1",
)  # fmt: skip

# What a name may turn out to be.
INSIDE = (
    "127.0.0.1", "10.0.0.5", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.1.1", "0.0.0.0", "224.0.0.1",
    "192.0.0.8", "::1", "::", "::ffff:10.0.0.5", "::a9fe:a9fe", "64:ff9b::a00:5", "2002:a00:5::1", "2001:0:a00:5::1",
    "fe80::1%eth0", "fec0::1", "fd12::1", "ff02::1", "2a00:1450::5efe:a00:5", "not-an-address", "",
)  # fmt: skip

PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")

NOT_OF_THE_WEB = (
    "", " ", "picture.png", "//cdn.example/a.png", "file:///etc/passwd", "ftp://cdn.example/a.png", "gopher://x/_",
    "data:image/png;base64,AAAA", "javascript:alert(1)", "http://", "http:///a.png", "https://?", "http://user@cdn.example/",
    "http://user:password@cdn.example/", "http://cdn.example:8080/", "http://cdn.example:22/", "https://cdn.example:0/",
    "http://cdn.example:99999/", "http://cdn.example:x/", "http://cdn.example\\@127.0.0.1/", "http://cdn.example/ a",
    "http://cdn.example/\r\nHost: inside", "http://cdn.example/\x00", "http://[::1", "http://[zz]/", "http://[::1]:6379/",
    "http://cdn.example/" + "a" * 3000, "jar:http://cdn.example!/", "unix:///var/run/docker.sock", "dict://127.0.0.1:11211/",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/", "http://127.0.0.1:5432/",
)  # fmt: skip
