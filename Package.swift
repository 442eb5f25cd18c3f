// swift-tools-version: 6.2
//
// The house. Each target is a room; ARCHITECTURE.md draws the map and says who may import whom,
// and Tests/TidyTests holds every `import` against that table.
import PackageDescription

/// What every room of ours is compiled with: warnings are errors, `any` is spelled out,
/// and an import is internal unless a public signature needs it.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func room(
    _ name: String, _ imports: [Target.Dependency] = [], path: String? = nil, _ more: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: imports, path: path ?? "Sources/\(name)", swiftSettings: strict + more)
}

func program(_ name: String, _ imports: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: imports, path: "Sources/\(name)", swiftSettings: strict)
}

func tests(of name: String, _ imports: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + imports,
        path: "Tests/\(name)Tests", swiftSettings: strict)
}

func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
    name: "sotto",
    products: [
        .library(name: "Client", targets: ["Client"]),
    ],
    targets: [
        // 1
        library("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
        library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        .systemLibrary(name: "CNcurses", path: "Sources/C/CNcurses"),
        .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
        .target(
            name: "CTransport", path: "Sources/C/CTransport",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        // Of libvips' own flags only GLib's are needed, and the others hold some that the package manager refuses.
        library("CLibvips", pkgConfig: "gobject-2.0", apt: "libvips-dev"),
        // The only way to libvips, for the media worker alone.
        .target(name: "CVips", dependencies: ["CLibvips"], path: "Sources/C/CVips",
            linkerSettings: ["vips", "gobject-2.0", "gmodule-2.0", "glib-2.0"].map { .linkedLibrary($0) }),

        // 2
        room("Threads"),
        room("Wire"),
        room("Digest"),
        room("SQLite", ["CSQLite", "Digest", "Wire"]),
        room("Crypto", ["CSodium", "CCrypto", "Threads"]),

        // 3
        room("Keys", ["Crypto", "Wire"]),

        // 4
        room("Ratchet", ["Keys", "Crypto", "Wire"]),
        room("Store", ["SQLite", "Digest", "Threads", "Wire"]),
        room("Transport", ["Threads", "CTransport"]),
        room("Media", ["Threads", "CLinux"]),

        // 5
        room("Chat", ["Store", "Keys", "Crypto", "Threads", "Wire"]),

        // 6
        room("BlobsEngine", ["Store", "Digest", "Crypto", "Threads", "Wire", "CLinux"], path: "Sources/Engines/Blobs"),
        room("Server", ["Chat", "Store", "Media", "Transport", "Keys", "Crypto", "Threads", "Wire"]),
        room("Client", ["Ratchet", "Keys", "Crypto", "Wire", "Transport", "Media", "SQLite", "Threads"],
            // What is asynchronous runs where its caller does: the rooms of an account belong to its owner.
            [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]),

        // 7
        program("sottod", ["Server", "Store", "BlobsEngine", "Threads", "Wire", "CLinux"]),
        program("sotto", ["Client", "Media", "Threads", "Wire", "CNcurses"]),
        program("sotto-media", ["Media", "CVips", "CLinux"]),
        program(
            "sotto-bench",
            ["Client", "Chat", "Store", "Transport", "Media", "Threads", "Wire", "Keys", "Crypto", "CLinux"]),

        // A way to the disk that fails where a test says so.
        .target(name: "CDoom", dependencies: ["CSQLite"], path: "Tests/CDoom"),

        // Tests mirror the rooms. TestKit is what several of them share.
        .target(
            name: "TestKit",
            dependencies: ["Store", "Transport", "Keys", "Crypto", "Threads", "Wire", "CLinux", "CDoom"],
            path: "Tests/TestKit", swiftSettings: strict),
        tests(of: "Chat", ["TestKit", "Store", "BlobsEngine", "Keys", "Crypto", "Wire"]),
        tests(of: "Server", ["TestKit", "BlobsEngine", "Chat", "Store", "Transport", "Crypto", "Wire"]),
        tests(of: "Threads", ["TestKit"]),
        tests(of: "Wire"),
        tests(of: "Crypto"),
        tests(of: "Keys", ["Crypto", "Wire"]),
        tests(of: "Ratchet", ["Keys", "Crypto", "Wire"]),
        tests(of: "Digest"),
        tests(of: "SQLite", ["Wire"]),
        tests(of: "Store", ["SQLite", "Digest", "TestKit", "Wire"]),
        // What becomes of a store's files: damage, kills, full disks.
        .testTarget(
            name: "StoreFileTests", dependencies: ["Store", "SQLite", "TestKit", "Wire", "CSQLite", "store-victim"],
            path: "Tests/StoreFileTests", swiftSettings: strict),
        // Chat over Store on one thread, in virtual time.
        .testTarget(
            name: "SimulationTests", dependencies: ["Chat", "Store", "SQLite", "TestKit", "Threads", "Wire"],
            path: "Tests/SimulationTests", swiftSettings: strict),
        tests(of: "BlobsEngine", ["Store", "Crypto"]),
        // A process of its own, so that it can be killed.
        .executableTarget(
            name: "store-victim", dependencies: ["Store", "Wire"], path: "Tests/StoreVictim",
            swiftSettings: strict),
        // Answers other implementations, which Scripts/check-primitives.py compares ours with.
        .executableTarget(
            name: "crypto-peer", dependencies: ["Crypto"], path: "Tests/CryptoPeer", swiftSettings: strict),
        // Measures the primitives beside the calls into C that they wrap (make bench-crypto).
        .executableTarget(
            name: "crypto-bench", dependencies: ["Crypto", "Keys", "Ratchet", "Wire", "CSodium", "CCrypto"],
            path: "Tests/CryptoBench", swiftSettings: strict),
        tests(of: "Transport", ["TestKit", "Threads"]),
        tests(of: "Media", ["TestKit", "sotto-media", "media-prisoner"]),
        // Enters the worker's sandbox and tries to get out.
        .executableTarget(
            name: "media-prisoner", dependencies: ["Media", "CLinux"], path: "Tests/MediaPrisoner",
            swiftSettings: strict),
        tests(of: "Client", ["TestKit", "sotto-media", "Ratchet", "Keys", "Crypto", "Wire", "Transport", "SQLite"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "sottod", "sotto", "sotto-media", "Server", "Client", "TestKit", "Transport", "Store", "Keys", "Crypto",
                "CLinux", "CNcurses", "CSQLite", "SQLite", "Wire",
            ],
            path: "Tests/EndToEndTests", swiftSettings: strict),
        // The table of commands and what `--json` prints, against their pages; the full screen without a terminal.
        .testTarget(
            name: "SottoTests", dependencies: ["sotto", "TestKit", "Client", "Wire"], path: "Tests/SottoTests",
            swiftSettings: strict),
        .testTarget(
            name: "BenchTests", dependencies: ["sotto-bench", "Wire"], path: "Tests/BenchTests", swiftSettings: strict),
        // Replaces the random source of its process, so that our own vectors come out the same each time.
        .executableTarget(
            name: "vector-maker", dependencies: ["Client", "Ratchet", "Keys", "Crypto", "Wire", "CSodium"],
            path: "Tests/VectorMaker", swiftSettings: strict),
        .testTarget(
            name: "VectorTests", dependencies: ["Crypto", "Keys", "Ratchet", "Wire", "TestKit", "vector-maker"],
            path: "Tests/VectorTests", swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["TestKit"], path: "Tests/TidyTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)

// The tests that a sanitizer runs at every change, and what they stand on: the rest would take longer to build than
// they to run (make tsan-short).
if Context.environment["SOTTO_WATCHED"] != nil {
    let watched = ["Threads", "Store", "StoreFile", "BlobsEngine", "Server", "Transport"]
    var needed: Set<String> = []
    var next = watched.map { "\($0)Tests" }
    while let name = next.popLast() {
        guard needed.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else {
            continue
        }
        for dependency in target.dependencies {
            if case .byNameItem(let name, _) = dependency { next.append(name) }
        }
    }
    package.targets.removeAll { !needed.contains($0.name) }
    package.products = []
}

// Valgrind's header is there only where somebody wants to look for leaks, so these are too (make constant-time).
if Context.environment["SOTTO_CONSTANT_TIME"] != nil {
    package.targets += [
        .systemLibrary(name: "CMemcheck", path: "Tests/ConstantTime/CMemcheck"),
        .executableTarget(
            name: "constant-time", dependencies: ["Crypto", "CMemcheck"], path: "Tests/ConstantTime",
            exclude: ["CMemcheck", "public.supp"], swiftSettings: strict),
    ]
}
