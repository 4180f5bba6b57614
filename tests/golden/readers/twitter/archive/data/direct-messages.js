window.YTD.direct_messages.part0 = [
 {
  "dmConversation": {
   "conversationId": "11-22",
   "messages": [
    {
     "messageCreate": {
      "id": "62",
      "senderId": "22",
      "recipientId": "11",
      "text": "It is on its way",
      "createdAt": "2026-03-02T11:05:00.000Z"
     }
    },
    {
     "messageCreate": {
      "id": "61",
      "senderId": "11",
      "recipientId": "22",
      "text": "Where is my order?",
      "createdAt": "2026-03-02T11:00:00.000Z"
     }
    },
    {
     "messageCreate": {
      "id": "64",
      "senderId": "22",
      "recipientId": "11",
      "text": "Here it is:",
      "createdAt": "2026-03-02T11:06:00.000Z",
      "mediaUrls": ["https://ton.twitter.com/dm/64/lamp.jpg"]
     }
    },
    {
     "messageCreate": {
      "id": "63",
      "senderId": "22",
      "recipientId": "11",
      "text": "A picture, so that you know it",
      "createdAt": "2026-03-02T11:06:00.000Z",
      "mediaUrls": [],
      "reactions": [{"senderId": "11", "reactionKey": "like", "eventId": "65", "createdAt": "2026-03-02T11:07:00.000Z"}]
     }
    },
    {
     "joinConversation": {}
    }
   ]
  }
 }
]
