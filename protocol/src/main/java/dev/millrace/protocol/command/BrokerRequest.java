package dev.millrace.protocol.command;

/** What a broker is asked. */
public sealed interface BrokerRequest extends Request
        permits SendMessage,
                ReplyMessage,
                PullMessage,
                OwnRequest,
                QueueRequest,
                MemberRequest,
                TopicRequest,
                GroupRequest,
                TransactionRequest,
                PopRequest,
                SettingsRequest,
                RelayedRequest {}
