import Keys
import TestKit
import Testing
import Wire

@testable import Client

@Suite("Restoring")
struct BackupContentTests {
    @Test("more contacts than one transaction takes come back, each with its handle")
    func manyContacts() throws {
        let person = Person("bobby", now: Timestamp(milliseconds: 1_700_000_000_000), oneTimePreKeyCount: 1)
        let list = try VerifiedDeviceList(
            account: person.account, epoch: 1, devices: [person.device.listed], signedBy: person.identity)
        let contacts = (0..<5_000).map { (number) in
            BackupContent.KnownAccount(
                account: .random(), contact: Contact(handle: Handle(text: "person\(number)"), list: list))
        }
        let house = try StoreCase()
        let store = try house.open()
        for slice in Restoration.slices(of: contacts) { try store.commit(slice) }
        store.close()
        let reopened = try house.open()
        for known in contacts {
            #expect(try reopened.value(.contact(known.account)) == known.contact)
            #expect(try reopened.value(.handle(try #require(known.contact.handle))) == known.account)
        }
        #expect(Restoration.slices(of: []).isEmpty)
    }
}
