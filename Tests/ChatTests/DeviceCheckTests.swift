import Testing
import Wire

@testable import Chat

@Suite struct DeviceCheckTests {
    private typealias Entry = (device: DeviceID, registrationID: RegistrationID)

    private static func entries(_ pairs: [UInt32: UInt32]) -> [Entry] {
        pairs.sorted { $0.key < $1.key }.compactMap { (device, registration) in
            RegistrationID(registration).map { (DeviceID(device), $0) }
        }
    }

    private static func ids(_ numbers: [UInt32]) -> [DeviceID] { numbers.map { DeviceID($0) } }

    @Test("the same devices agree, in whatever order")
    func agreement() {
        let devices = Self.entries([1: 7, 2: 8, 5: 9])
        #expect(DeviceCheck.mismatch(addressed: devices, devices: devices, except: nil) == nil)
        #expect(DeviceCheck.mismatch(addressed: devices.reversed(), devices: devices, except: nil) == nil)
    }

    @Test("every difference is named at once")
    func differences() {
        let mismatch = DeviceCheck.mismatch(
            addressed: Self.entries([1: 7, 2: 99, 4: 1]), devices: Self.entries([1: 7, 2: 8, 3: 9, 5: 10]), except: nil)
        #expect(
            mismatch
                == DeviceMismatch(missing: Self.ids([3, 5]), extra: Self.ids([4]), stale: Self.ids([2])))
    }

    @Test("a device addressed twice is extra the second time")
    func twice() {
        let devices = Self.entries([1: 7])
        let mismatch = DeviceCheck.mismatch(addressed: devices + devices, devices: devices, except: nil)
        #expect(mismatch == DeviceMismatch(missing: [], extra: Self.ids([1]), stale: []))
    }

    @Test("the sending device is left out of its own account's list, and must not address itself")
    func sender() {
        let devices = Self.entries([1: 7, 2: 8])
        #expect(
            DeviceCheck.mismatch(addressed: Self.entries([2: 8]), devices: devices, except: DeviceID(1)) == nil)
        #expect(
            DeviceCheck.mismatch(addressed: devices, devices: devices, except: DeviceID(1))
                == DeviceMismatch(missing: [], extra: Self.ids([1]), stale: []))
    }
}
