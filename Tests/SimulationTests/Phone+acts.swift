import TestKit
import Wire

/// What a phone does next.
extension Phone {
    /// Does something, and comes back.
    func wake() {
        guard !isGone else { return }
        world.after(1 + world.dice(world.isCalm ? 10 : 25)) { self.wake() }
        giveUpOld()
        guard isRegistered else { return register() }
        guard token != nil else { return logIn() }
        if world.isCalm { settle() } else { act() }
    }

    /// What a retry may no longer be sent for: the server remembers it for a day.
    private func giveUpOld() {
        for index in outbox.indices where !outbox[index].isSettled && !outbox[index].isUnderWay {
            let limit = outbox[index].firstTriedAt.adding(seconds: Limits.idempotencySeconds - 3_600)
            if limit <= world.now { outbox[index].isOver = true }
        }
    }

    // MARK: Being somebody

    private func register() {
        ask(.register(person)) { (answer) in
            switch answer {
            case .success(.token(let token, _)): (self.isRegistered, self.token) = (true, token)
            // It was this one, and the answer was lost.
            case .failure: self.isRegistered = true
            default: break
            }
        }
    }

    private func logIn() {
        ask(.logIn) { (answer) in
            switch answer {
            case .success(.token(let token, _)): self.token = token
            case .failure: self.isGone = true
            default: break
            }
        }
    }

    /// One at a time.
    func ask(_ request: Request, _ done: @escaping (Answer?) -> Void) {
        guard !isBusy else { return }
        isBusy = true
        call(request) { (answer) in
            self.isBusy = false
            if case .failure(let problem) = answer, [.unauthenticated, .tokenExpired].contains(problem.code) {
                self.token = nil
                if !request.needsToken { done(answer) }
                return
            }
            done(answer)
        }
    }

    // MARK: Acts

    private func act() {
        switch world.dice(99) {
        case 0..<30: send()
        case 30..<45: sendAgain()
        case 45..<52: connect()
        case 52..<62: acknowledge()
        case 62..<68: fetch()
        case 68..<70: lineBroke()
        case 70..<72: changeDevices()
        case 72: if world.dice(9) == 0 { ask(.deleteAccount) { (_) in } }
        default: if world.dice(99) < 70 { converse() } else { listConversations() }
        }
    }

    /// Brings to an end what was begun.
    private func settle() {
        if !world.model.hasDevice(address) { return isGone = true }
        if outbox.contains(where: { !$0.isSettled }) {
            sendAgain()
        } else if last < world.model.queues[address]?.head ?? 0 {
            if world.dice(1) == 0 { connect() } else { fetch() }
        } else if world.model.queues[address]?.delivered ?? 0 < last {
            ask(.acknowledge(QueueNumber(last))) { (_) in }
        }
    }

    var isSettled: Bool { isGone || unsettled.isEmpty }

    /// What it waits for.
    var unsettled: String {
        guard world.model.hasDevice(address) else { return "is gone and does not know it" }
        guard isRegistered, token != nil, !isBusy else { return "waits for an answer" }
        if outbox.contains(where: { !$0.isSettled }) { return "has something to send" }
        guard let queue = world.model.queues[address] else { return "has no queue" }
        if last < queue.head, queue.expired < queue.head { return "has \(last) of \(queue.head)" }
        return queue.delivered < queue.head ? "has \(queue.head) and acknowledged \(queue.delivered)" : ""
    }

    // MARK: Sending

    private func send() {
        guard outbox.count(where: { !$0.isSettled }) < 3, let target = world.pick(People.all.people.prefix(
            world.plan.accountCount)) else { return }
        guard let list = knownDevices[target.account] else { return learn(target.account) }
        let ordinal = UInt64(outbox.count + 1)
        let after = outbox.last { $0.accepted != nil }?.ordinal ?? 0
        let parcel = Parcel(sender: address, ordinal: ordinal, after: after)
        let (request, recipients) = fill(parcel, for: list, of: target.account)
        guard !recipients.isEmpty else { return }
        outbox.append(
            Outgoing(
                request: request, ordinal: ordinal, recipients: Set(recipients), target: target.account,
                firstTriedAt: world.now))
        attempt(outbox.count - 1)
    }

    /// A copy for each device of a list.
    private func fill(
        _ parcel: Parcel, for list: DeviceListPayload, of account: AccountID
    ) -> (Request, [DeviceAddress]) {
        let devices = list.devices.filter { account != address.account || $0.device != address.device }
        let copies = devices.map {
            DeviceCopy(device: $0.device, registrationID: $0.registrationID, body: parcel.body)
        }
        let request = SendRequest(clientID: parcel.client, copies: copies)
        return (
            .send(request, to: account), devices.map { DeviceAddress(account: account, device: $0.device) })
    }

    /// Tries again what has no answer.
    private func sendAgain() {
        let open = outbox.indices.filter { !outbox[$0].isSettled && !outbox[$0].isUnderWay }
        guard let index = world.pick(open) else { return }
        if let target = outbox[index].target {
            guard let list = knownDevices[target] else { return learn(target) }
            // Before, it was refused, or may have been accepted as it was: then this one is a replay.
            if case .send(let before, _) = outbox[index].request, let body = before.copies.first?.body,
                let parcel = Parcel(body) {
                let (request, recipients) = fill(parcel, for: list, of: target)
                guard !recipients.isEmpty else { return outbox[index].isOver = true }
                outbox[index].request = request
                outbox[index].recipients.formIntersection(recipients)
            }
        }
        attempt(index)
    }

    private func attempt(_ index: Int) {
        let sent = outbox[index]
        guard let client = sent.request.clientID else { return }
        outbox[index].isUnderWay = true
        if let socket, world.dice(1) == 0 {
            world.after(world.dice(Int(world.delayMax))) {
                if self.socket === socket { socket.received(sent.request) }
            }
            // An answer that does not come is not waited for longer than this.
            world.after(world.delayMax * 3 + 200) {
                guard let index = self.outbox.firstIndex(where: { $0.request.clientID == client }) else { return }
                self.outbox[index].isUnderWay = false
            }
        } else {
            call(sent.request) { (answer) in
                if let answer { return self.answered(client, answer) }
                guard let index = self.outbox.firstIndex(where: { $0.request.clientID == client }) else { return }
                self.outbox[index].isUnderWay = false
            }
        }
    }

    /// Asks for the devices of an account; of the own one, to see that each has a phone.
    private func learn(_ account: AccountID) {
        ask(.devices(account)) { (answer) in
            switch answer {
            case .success(.account(let view)): self.knownDevices[account] = view.deviceList
            case .failure:
                for index in self.outbox.indices where self.outbox[index].target == account {
                    if !self.outbox[index].isSettled { self.outbox[index].isOver = true }
                }
            default: break
            }
        }
    }

    // MARK: The queue

    private func fetch() {
        ask(.queue(after: QueueNumber(last), limit: world.plan.pageCount)) { (answer) in
            if case .success(.envelopes(let envelopes)) = answer { envelopes.forEach(self.take) }
        }
    }

    private func acknowledge() {
        guard last > 0 else { return }
        // Sometimes less than it could.
        let number = world.dice(3) == 0 ? world.dice(Int(last)) : last
        guard number > 0 else { return }
        if let socket, world.dice(2) > 0 {
            world.after(world.dice(Int(world.delayMax))) {
                if self.socket === socket { socket.delivered(through: QueueNumber(number)) }
            }
        } else {
            ask(.acknowledge(QueueNumber(number))) { (_) in }
        }
    }

    // MARK: Devices

    /// Links one more device, or unlinks one.
    private func changeDevices() {
        let account = address.account
        guard let list = knownDevices[account], world.jumpedDays < 40 else { return learn(account) }
        let numbers = list.devices.map { Int($0.device.rawValue) }
        let devices = People.all.devices[self.account]
        var wanted = numbers.compactMap { devices.indices.contains($0 - 1) ? devices[$0 - 1] : nil }
        var added: PersonDevice?
        let next = Int(world.model.accounts[account]?.nextDevice.rawValue ?? 0)
        if world.dice(2) > 0, devices.indices.contains(next - 1) {
            added = devices[next - 1]
            wanted.append(devices[next - 1])
        } else if wanted.count > 1 {
            wanted.remove(at: Int(world.dice(wanted.count - 1)))
        } else {
            return
        }
        let change = DeviceListChange(
            deviceList: person.list(epoch: list.epoch + 1, wanted), preKeys: added?.upload)
        knownDevices[account] = nil
        ask(.changeDevices(change)) { (answer) in
            guard case .success(.account(let view)) = answer else { return }
            self.knownDevices[account] = view.deviceList
            for device in view.deviceList.devices {
                self.world.activate(account: self.account, device: Int(device.device.rawValue) - 1, isFirst: false)
            }
        }
    }
}
