provider "swr" {
  cloud = "otc"
}
