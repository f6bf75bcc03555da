"""OTP-grade supervision for pykka actors on an asyncio event loop."""
