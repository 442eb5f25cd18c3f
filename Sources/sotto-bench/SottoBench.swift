import Glibc
import Transport

/// Measures, and serves what is measured against. One verb a file.
@main
struct SottoBench {
    static func main() async {
        do {
            let arguments = try BenchArguments(CommandLine.arguments.dropFirst())
            if arguments.has("help") || arguments.verb.isEmpty { return print(help) }
            if arguments.verb == "echo" { return try await EchoVerb.run(arguments) }
            if arguments.verb == "load" { return try await LoadVerb.run(arguments) }
            if arguments.verb == "media" { return try await MediaVerb.run(arguments) }
            signal(SIGPIPE, SIG_IGN)
            Interruption.watch()
            RawSocket.raiseDescriptorLimit()
            if arguments.verb == "turns" {
                var turns = try TurnsVerb(arguments)
                return try turns.run()
            }
            guard let verb = BenchVerb(rawValue: arguments.verb) else {
                throw BenchError.usage("there is no verb \(arguments.verb). See --help.")
            }
            let rig = try Rig(arguments)
            defer { rig.close() }
            try await verb.run(rig)
        } catch {
            _ = Array("sotto-bench: \(error)\n".utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            exit(1)
        }
    }

    static let help = """
        sotto-bench: measures a Sotto server of its own, on this machine and this disk.

        Usage: sotto-bench <verb> [options]

          one-to-one    50 pairs, 16 messages on the way each, 500 B, durable
          crowd         100 pairs, one message on the way each; --pairs 1000
          group         one open conversation, all members online, 8 messages on the way
          latency       500 messages a second over 50 pairs
          offline       a device that was away fetches what waited for it
          idle          sockets that say nothing: bytes each in the server
          startup       from the start to the first answer, on an empty and on a full store
          fsyncs        a short one-to-one under strace: fdatasync calls against commits
          log           the key log: entries appended to the store, then lists proven from it
          client        two clients: messages sent one by one, then fetched and kept
          client-store  a client's own store: opened, read, written and deleted from
          media-transfer  a file of 1 GiB up and down, and 64 KiB files up, each durable
          ceiling       a raw preallocated log with group commit on the same disk
          all           each of them, as one table
          relay         one-to-one and crowds beside a bare relay that only commits and forwards (make bench-relay)
          turns         an old and a new server in turns: --old FOLDER --new FOLDER, each with a sottod
          echo          a WebSocket echo server: --port N [--threads N] [--cert FILE --key FILE]
          media         one thumbnail in the sandboxed worker: --file FILE [--size N] [--count N] [--worker FILE]
          load          the transport alone: --port N --kind http|ws|hub|idle [--pid SERVER] [--connections N]

          --data FOLDER           where the store is put while measuring; the working folder
          --server-binary FILE    the server; sottod beside this program
          --seconds N             how long to measure
          --pairs N, --window N   one-to-one: 50 and 16; group: --window 8
          --bytes N, --tls        one-to-one and crowd: 500, and over TLS
          --early                 one-to-one: senders begin before recipients have read their queues
          --relay FILE            relay: its program; bench-relay beside this one
          --rounds N              relay: how often, for medians; 3
          --members N             group: 250
          --rate N                latency: 500
          --messages N            offline: 1000; startup: 1000000; client: 3000;
                                  client-store: 100000
          --sockets N             idle: 10000
          --entries N             log: 1000000
          --turns N               turns: how many; 5
          --loads A,B             turns: only these of one-to-one, crowd-100, crowd-1000, group-250, offline-1000,
                                  latency, startup, client
          --generators one|own    turns: this program drives both, or each folder's own sotto-bench its server
          --quick                 shorter and smaller; all of it in less than a minute
          --json                  one JSON object a verb
          --markdown              rows of a table
        """
}
