window.YTD.tweets.part0 = [
 {
  "tweet": {
   "id": "51",
   "id_str": "51",
   "full_text": "@blueshop my order never…",
   "edit_info": {
    "edit": {
     "initialTweetId": "50"
    }
   },
   "created_at": "Mon Mar 02 09:00:00 +0000 2026",
   "favorite_count": "3",
   "retweet_count": "0",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "id": "52",
   "id_str": "52",
   "full_text": "RT @bo: hello",
   "created_at": "Mon Mar 02 09:10:00 +0000 2026"
  }
 }
]
