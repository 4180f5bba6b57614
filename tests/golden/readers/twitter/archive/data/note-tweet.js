window.YTD.note_tweet.part0 = [
 {
  "noteTweet": {
   "noteTweetId": "9",
   "core": {
    "text": "@blueshop my order never came, and nobody answers my letters"
   }
  }
 }
]
