import Glibc
import TestKit
import Testing
import Transport
import Wire

/// Addresses that need no account, on a real server.
@Suite struct SharedAddressTests {
    private func share(_ media: MediaID, by resident: Resident, in house: House) async throws -> MediaLink {
        try await house.api.call(
            "POST", "/v1/media/\(media)/link", MediaLinkRequest(seconds: 60), token: resident.token)
    }

    private func status(_ link: MediaLink, in house: House) async throws -> Int {
        try await house.api.raw("GET", link.address).status
    }

    @Test("without an account there is a shared address, for its media alone, and it names nobody")
    func links() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let (tus, bytes) = (Tus(house: house, token: alice.token), Tus.bytes(100))
        let (media, other) = (try await tus.store(bytes).media, try await tus.store(bytes).media)
        #expect(try await house.api.raw("GET", "/v1/media/\(media)").status == 401)
        let link = try await share(media, by: alice, in: house)
        #expect(try await house.api.raw("GET", link.address).body == bytes)
        #expect(!link.address.contains("\(alice.account)"))
        for forged in [
            link.address.replacing("\(media)", with: "\(other)"),
            String(link.address.dropLast()) + (link.address.hasSuffix("A") ? "Q" : "A"),
            String(link.address.dropLast()), "/v1/media/\(media)?ticket=x", "/v1/media/\(media)?ticket=",
        ] {
            #expect(try await house.api.raw("GET", forged).status == 401, "\(forged)")
        }
    }

    @Test("it outlives a restart, and a kill; removing the server's secret ends it")
    func restarts() async throws {
        let folder = try TemporaryFolder()
        var house = try await House(folder: folder)
        let alice = try await house.person("alice")
        let media = try await Tus(house: house, token: alice.token).store(Tus.bytes(100)).media
        let link = try await share(media, by: alice, in: house)
        house.server.stop()
        house = try await House(folder: folder)
        #expect(try await status(link, in: house) == 200)
        house.server.kill()
        house = try await House(folder: folder)
        #expect(try await status(link, in: house) == 200)
        house.server.stop()
        unlink(folder.path + "/data/keys/server-secret")
        house = try await House(folder: folder)
        #expect(try await status(link, in: house) == 401)
        #expect(try await status(share(media, by: alice, in: house), in: house) == 200)
    }

    @Test("a secret that was changed, or may be read by others, keeps the server from starting, with the way out")
    func secret() async throws {
        let folder = try TemporaryFolder()
        try await House(folder: folder).server.stop()
        let file = folder.path + "/data/keys/server-secret"
        func refusal() -> String {
            let failure = #expect(throws: ServerProcess.Failure.self) {
                try ServerProcess(dataFolder: folder.path + "/data")
            }
            return failure?.description ?? ""
        }
        chmod(file, 0o644)
        let open = refusal()
        #expect(open.contains("ended with 1") && open.contains("keys/server-secret has the mode 0644"), "\(open)")
        chmod(file, 0o600)
        truncate(file, 79)
        let short = refusal()
        #expect(short.contains("keys/server-secret has 79 bytes, and not 80. Remove it;"), "\(short)")
        unlink(file)
        #expect(try await House(folder: folder).server.stop() == 0)
    }

    @Test("it ends when its maker is removed from the conversation, is unlinked, or deletes the account")
    func makers() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [bob.account])
        let tea: ConversationView = try await house.api.call("POST", "/v1/conversations", new, token: alice.token)
        let info = try await Tus.storeOpen(
            Tus.bytes(100), [("conversation", "\(tea.conversation)")], by: alice, in: house)
        let (hers, his) = (
            try await share(info.media, by: alice, in: house), try await share(info.media, by: bob, in: house)
        )
        #expect(try await status(hers, in: house) == 200)
        #expect(try await status(his, in: house) == 200)
        let removed = try await house.api.raw(
            "DELETE", "/v1/conversations/\(tea.conversation)/members/\(bob.account)", token: alice.token)
        #expect(removed.status == 204)
        #expect(try await status(his, in: house) == 401)
        #expect(try await status(hers, in: house) == 200)

        let sealed = try await Tus(house: house, token: bob.token).store(Tus.bytes(100)).media
        let tablet = PersonDevice(account: bob.account, number: 2, now: House.now)
        let linking = DeviceListChange(
            deviceList: bob.person.list(epoch: 2, [bob.device, tablet]), preKeys: tablet.upload)
        let _: AccountView = try await house.api.call("PUT", "/v1/devices", linking, token: bob.token)
        let second = Resident(person: bob.person, tokens: try await house.logIn(tablet))
        let (phones, tablets) = (
            try await share(sealed, by: bob, in: house), try await share(sealed, by: second, in: house)
        )
        let unlinking = DeviceListChange(deviceList: bob.person.list(epoch: 3, [bob.device]))
        let _: AccountView = try await house.api.call("PUT", "/v1/devices", unlinking, token: bob.token)
        #expect(try await status(tablets, in: house) == 401)
        #expect(try await status(phones, in: house) == 200)

        let admin = APIClient(port: house.server.adminPort)
        #expect(try await admin.raw("DELETE", "/admin/v1/accounts/\(alice.account)").status == 204)
        let gone = try await status(hers, in: house)
        #expect(gone == 401 || gone == 404, "her address, or the media too, by now: \(gone)")
    }
}
