window.YTD.note_tweet.part0 = [
 {
  "noteTweet": {
   "noteTweetId": "9",
   "createdAt": "2026-03-02T09:00:00.000Z",
   "core": {
    "text": "@blueshop my order never came, and nobody answers my letters"
   }
  }
 },
 {
  "noteTweet": {
   "noteTweetId": "10",
   "createdAt": "2026-02-02T09:00:00.000Z",
   "core": {
    "text": "@blueshop my order never was so quick, thank you"
   }
  }
 }
]
