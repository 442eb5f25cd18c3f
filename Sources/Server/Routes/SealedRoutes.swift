import Chat
import Wire

/// What is asked by those who do not say who they are: a delivery token opens the door, and no login is taken.
enum SealedRoutes {
    static let all: [Route] = [
        Route(
            .post, "/v1/sealed/messages/{account}", area: "sealed",
            "Send one sealed body to each device of an account, without saying who sends; durable when answered",
            access: .sealed, headers: [Route.deliveryToken], reads: SealedSendRequest.schema, gives: Accepted.schema,
            problems: [.mismatchedDevices, .queueFull], bodyByteCountMax: Limits.frameByteCountMax * 3 / 2
        ) { (call) throws(Problem) in
            let send = SealedSend(try call.read(SealedSendRequest.self), to: try call.place("account"))
            let recipient: AccountID = try call.place("account")
            let token = call.deliveryToken
            // Asked beside the writer first, so that a flood of wrong tokens does not hold up anybody's send.
            let earlier = try await call.chat.look { (look) throws(Problem) -> Accepted? in
                if let earlier = try look.answer(to: send) { return earlier }
                try look.admit(token, to: recipient)
                return nil
            }
            if let earlier {
                call.services.metrics.countAccepted(isReplay: true)
                return Reply(earlier)
            }
            try call.services.limiters.sealedDeliveries.take(recipient, now: call.chat.clock())
            let accepted = try await call.chat.commit(byteCount: 256 + call.bodyByteCount) { (turn) throws(Problem) in
                try turn.send(send, with: token)
            }
            call.services.metrics.countAccepted(isReplay: accepted.isReplay)
            return Reply(accepted)
        },
        Route(
            .post, "/v1/sealed/keys/{account}/claims", area: "sealed",
            "Claim a prekey bundle of each device, without saying who asks", access: .sealed,
            query: [
                .init(
                    name: "device", schema: .integer(1...UInt64(UInt32.max)),
                    summary: "Only this device's bundle; all devices when absent.")
            ],
            headers: [Route.deliveryToken], gives: ClaimedKeys.schema
        ) { (call) throws(Problem) in
            let account: AccountID = try call.place("account")
            let device = try call.queryNumber("device", in: 1...UInt64(UInt32.max)).map { DeviceID(UInt32($0)) }
            let token = call.deliveryToken
            try await call.chat.look { (look) throws(Problem) in try look.admit(token, to: account) }
            try call.services.limiters.sealedClaims.take(account, now: call.chat.clock())
            let heads = call.services.treeHeads
            return try await call.commit(scope: account.bytes.array) { (turn) throws(Problem) in
                try turn.look.admit(token, to: account)
                var claimed = try turn.claimKeys(of: account, device: device)
                // Which tree somebody knows already may tell who it is: here nobody is asked.
                claimed.transparency = try turn.look.transparency(
                    of: account, epoch: claimed.deviceList.epoch, since: nil, heads)
                return claimed
            }
        },
        Route(
            .get, "/v1/sealed/accounts/{account}", area: "sealed",
            "An account with its device list, without saying who asks", access: .sealed, headers: [Route.deliveryToken],
            gives: AccountView.schema
        ) { (call) throws(Problem) in
            let account: AccountID = try call.place("account")
            let token = call.deliveryToken
            let heads = call.services.treeHeads
            return Reply(
                try await call.chat.look { (look) throws(Problem) in
                    try look.admit(token, to: account)
                    return try look.account(account).proven(in: look, since: nil, heads)
                })
        },
        Route(
            .put, "/v1/delivery-token", area: "sealed",
            "Set what lets others write to this account without saying who they are, by its hash; or nothing",
            reads: DeliveryTokenSetting.schema
        ) { (call) throws(Problem) in
            let setting = try call.read(DeliveryTokenSetting.self)
            let account = call.device.account
            return try await call.commitNothing { (turn) throws(Problem) in
                try turn.setDeliveryToken(setting, of: account)
            }
        },
        Route(
            .get, "/v1/delivery-token", area: "sealed", "The hash that is set", gives: DeliveryTokenSetting.schema
        ) { (call) throws(Problem) in
            let account = call.device.account
            return Reply(try await call.chat.look { (look) throws(Problem) in try look.deliveryToken(of: account) })
        },
    ]
}
