window.YTD.account.part0 = [
 {
  "account": {
   "accountId": "11",
   "username": "ana",
   "email": "ana@example.com"
  }
 }
]
