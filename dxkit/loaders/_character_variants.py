"""Which characters are the same letter of a name, written the old way or another way?

Pairs of an older or variant form and the form of today's official names of municipalities; where
an official name itself holds an older form, both sides are folded alike.
"""

# pairs: first the older or variant form, then today's
_PAIRS = """
髙高 﨑崎 嵜崎 碕崎 邊辺 邉辺 澤沢 濱浜 濵浜 瀨瀬 德徳 惠恵 國国 圀国 縣県 廣広 櫻桜 眞真 條条 寶宝 寳宝
富富 冨富 齋斎 齊斉 桒桑 栁柳 龍竜 曾曽 檮梼 蘂蕊 𠮷吉 舘館 藏蔵 關関 鐵鉄 鹽塩 鹻鹸 龜亀 櫟檪 礪砺 蠣蛎 驛駅
與与 餘余 豐豊 豫予 讚讃 辨弁 瀧滝 淺浅 溪渓 濕湿 燒焼 營営 爐炉 獨独 瓣弁 當当 疊畳 發発 碎砕 禪禅 禮礼 稻稲
穗穂 竝並 粹粋 絲糸 經経 綠緑 緖緒 縱縦 總総 繩縄 繪絵 續続 聲声 臺台 舊旧 莊荘 藝芸 藥薬 蘆芦 虛虚 號号 蟲虫
衞衛 裝装 覺覚 觀観 覽覧 譽誉 讀読 變変 賣売 賴頼 赤赤 踐践 輕軽 轉転 遙遥 邦邦 鄕郷 郞郎 釋釈 錢銭 鑛鉱 鷗鴎
鷄鶏 麥麦 麵麺 黃黄 默黙 齒歯 靜静 靈霊 頰頬 顯顕 騷騒 驗験 體体 髮髪 鬪闘 區区 卷巻 參参 佛仏 來来 假仮 傳伝
價価 儉倹 兒児 內内 兩両 册冊 劍剣 劑剤 勞労 勳勲 勵励 勸勧 單単 嚴厳 囑嘱 團団 圍囲 圖図 埜野 壞壊 壓圧 壘塁
壯壮 壽寿 夾挟 奧奥 孃嬢 學学 寢寝 實実 寬寛 將将 專専 對対 屆届 屬属 峽峡 嶽岳 巖巌 巢巣 帶帯 廳庁 彌弥 彈弾
從従 恆恒 惡悪 惱悩 愼慎 戀恋 戰戦 戲戯 拂払 拔抜 擇択 據拠 舉挙 擔担 攝摂 敎教 數数 斷断 晝昼 晉晋 曉暁 會会
棧桟 榮栄 樂楽 樓楼 樣様 橫横 檢検 權権 步歩 歐欧 歸帰 殘残 殼殻 每毎 氣気 沒没 涉渉 淨浄 滿満 潛潜 澁渋 灣湾
點点 爲為 犧犠 狹狭 獸獣 產産 畫画 祕秘 稱称 穰穣 竊窃 篤篤 肅粛 膽胆 萬万 葉葉 處処 蠶蚕 蠻蛮 襃褒 證証 譯訳
豬猪 貳弐 贊賛 辭辞 邨村 釀醸 鎭鎮 陷陥 隨随 險険 隱隠 雙双 雜雑 霸覇 飮飲 館館 鹿鹿 鶯鴬 薗園 苅刈 籔薮 藪薮
渕淵 梅梅 槇槙 埼埼 佐佐 﨔欅 隆隆 都都 福福 神神 祥祥 精精 羽羽 諸諸 逸逸 飯飯 靖靖 猪猪 塚塚 晴晴 朗朗 凞煕
"""
# letters that are often typed for another, and are not variants of it
_SLIPS = "栗粟"

VARIANTS = {pair[0]: pair[1] for pair in _PAIRS.split() if pair[0] != pair[1]}
SLIPS = {_SLIPS[0]: _SLIPS[1]}
