import Glibc
import Testing

@testable import Client
@testable import sotto

@Suite("The mailbox of the screen")
struct ScreenMailboxTests {
    private func isWoken(_ wake: ScreenWake) -> Bool {
        var waiting = pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }

    private func isEmpty(_ mailbox: ScreenMailbox) -> Bool { mailbox.take().map { (_) in false } ?? true }

    @Test("the newest of each kind is there, once")
    func newest() {
        let wake = ScreenWake()
        defer { wake.close() }
        let mailbox = ScreenMailbox(waking: wake)
        #expect(isEmpty(mailbox))
        #expect(!isWoken(wake))
        mailbox.post { $0.waitingCount = 1 }
        mailbox.post { $0.waitingCount = 2 }
        mailbox.post { $0.connection = .live }
        #expect(isWoken(wake))
        let news = mailbox.take()
        #expect(news?.waitingCount == 2 && news?.connection == .live && news?.notice == nil)
        #expect(isEmpty(mailbox))
    }

    @Test("what was posted before the wake was drained is not lost, and what comes after it was taken wakes")
    func drained() {
        let wake = ScreenWake()
        defer { wake.close() }
        let mailbox = ScreenMailbox(waking: wake)
        mailbox.post { $0.waitingCount = 1 }
        wake.drain()
        // Nobody is woken for what joins news that wait: so a loop looks once before it waits.
        mailbox.post { $0.isOver = true }
        #expect(!isWoken(wake))
        #expect(mailbox.take()?.isOver == true)
        mailbox.post { $0.waitingCount = 3 }
        #expect(isWoken(wake))
    }

    @Test("files under way are told together, up to a bound, and go when they are over")
    func progress() {
        let wake = ScreenWake()
        defer { wake.close() }
        let mailbox = ScreenMailbox(waking: wake)
        for index in 0..<20 { mailbox.post(FileProgress(doneByteCount: 1, byteCount: 2), of: "\(index)") }
        #expect(mailbox.take()?.progress?.count == 8)
        for index in 0..<20 { mailbox.post(nil, of: "\(index)") }
        #expect(mailbox.take()?.progress?.isEmpty == true)
    }

    @Test("a full pipe is as good as a wake")
    func full() {
        let wake = ScreenWake()
        defer { wake.close() }
        for _ in 0..<100_000 { wake.wake() }
        wake.drain()
        #expect(!isWoken(wake))
    }
}
