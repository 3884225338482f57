module @condmean {
  func.func public @main(%arg0: tensor<2x1x4xf32>, %arg1: tensor<3xf32>, %arg2: tensor<2xf32>, %arg3: tensor<3x2x4xf32>, %arg4: tensor<3x4xf32>, %arg5: tensor<3x2xf32>, %arg6: tensor<3xf32>, %arg7: tensor<3xf32>, %arg8: tensor<2x1x4xf32>, %arg9: tensor<2xf32>) -> (tensor<f32>, tensor<3x2x4xf32>, tensor<3x4xf32>, tensor<3x2xf32>, tensor<3xf32>, tensor<3xf32>) {
    %0 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<2xf32>}> : () -> tensor<2xf32>
    %1 = "stablehlo.maximum"(%arg2, %0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %2 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<2xf32>}> : () -> tensor<2xf32>
    %3 = "stablehlo.minimum"(%1, %2) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %4 = "stablehlo.broadcast_in_dim"(%3) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2x3xf32>
    %5 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<2x3xf32>
    %6 = "stablehlo.subtract"(%4, %5) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %7 = "stablehlo.abs"(%6) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %8 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<2x3xf32>}> : () -> tensor<2x3xf32>
    %9 = "stablehlo.multiply"(%7, %8) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %10 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<2x3xf32>}> : () -> tensor<2x3xf32>
    %11 = "stablehlo.add"(%9, %10) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %12 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<2x3xf32>}> : () -> tensor<2x3xf32>
    %13 = "stablehlo.maximum"(%11, %12) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %14 = "stablehlo.reshape"(%arg1) : (tensor<3xf32>) -> tensor<3x1xf32>
    %15 = "stablehlo.dot_general"(%13, %14) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}> : (tensor<2x3xf32>, tensor<3x1xf32>) -> tensor<2x1xf32>
    %16 = "stablehlo.reshape"(%15) : (tensor<2x1xf32>) -> tensor<2xf32>
    %17 = "stablehlo.reshape"(%arg0) : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
    %18 = "stablehlo.logistic"(%16) : (tensor<2xf32>) -> tensor<2xf32>
    %19 = "stablehlo.sqrt"(%18) : (tensor<2xf32>) -> tensor<2xf32>
    %20 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<2xf32>}> : () -> tensor<2xf32>
    %21 = "stablehlo.multiply"(%16, %20) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %22 = "stablehlo.logistic"(%21) : (tensor<2xf32>) -> tensor<2xf32>
    %23 = "stablehlo.broadcast_in_dim"(%17) <{broadcast_dimensions = array<i64: 1, 2>}> : (tensor<2x4xf32>) -> tensor<3x2x4xf32>
    %24 = "stablehlo.broadcast_in_dim"(%19) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x4xf32>
    %25 = "stablehlo.broadcast_in_dim"(%arg4) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x4xf32>) -> tensor<3x2x4xf32>
    %26 = "stablehlo.multiply"(%24, %25) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %27 = "stablehlo.subtract"(%23, %26) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %28 = "stablehlo.dot_general"(%27, %arg3) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [2]>, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}> : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x2xf32>
    %29 = "stablehlo.broadcast_in_dim"(%arg5) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %30 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x2xf32>
    %31 = "stablehlo.add"(%29, %30) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %32 = "stablehlo.broadcast_in_dim"(%arg6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x2xf32>
    %33 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %34 = "stablehlo.add"(%32, %33) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %35 = "stablehlo.logistic"(%31) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %36 = "stablehlo.logistic"(%34) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %37 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %38 = "stablehlo.multiply"(%34, %37) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %39 = "stablehlo.logistic"(%38) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %40 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3x2x2xf32>}> : () -> tensor<3x2x2xf32>
    %41 = "stablehlo.multiply"(%31, %40) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %42 = "stablehlo.logistic"(%41) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %43 = "stablehlo.broadcast_in_dim"(%39) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %44 = "stablehlo.multiply"(%35, %43) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %45 = "stablehlo.broadcast_in_dim"(%36) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %46 = "stablehlo.multiply"(%45, %42) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %47 = "stablehlo.subtract"(%44, %46) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %48 = "stablehlo.multiply"(%47, %28) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %49 = "stablehlo.multiply"(%27, %27) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %50 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %51 = "stablehlo.reduce"(%49, %50) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2xf32>
    %52 = "stablehlo.multiply"(%39, %51) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %53 = "stablehlo.multiply"(%48, %28) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %54 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %55 = "stablehlo.reduce"(%53, %54) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %56 = "stablehlo.subtract"(%52, %55) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %57 = "stablehlo.broadcast_in_dim"(%22) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %58 = "stablehlo.divide"(%56, %57) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %59 = "stablehlo.exponential"(%31) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %60 = "stablehlo.log_plus_one"(%59) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %61 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %62 = "stablehlo.reduce"(%60, %61) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %63 = "stablehlo.exponential"(%34) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %64 = "stablehlo.log_plus_one"(%63) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %65 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %66 = "stablehlo.multiply"(%64, %65) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %67 = "stablehlo.add"(%62, %66) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %68 = "stablehlo.broadcast_in_dim"(%arg7) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x2xf32>
    %69 = "stablehlo.add"(%67, %58) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %70 = "stablehlo.constant"() <{value = dense<0x3F000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %71 = "stablehlo.multiply"(%69, %70) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %72 = "stablehlo.subtract"(%68, %71) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %73 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %74 = "stablehlo.reduce"(%72, %73) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.maximum"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %75 = "stablehlo.broadcast_in_dim"(%74) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %76 = "stablehlo.subtract"(%72, %75) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %77 = "stablehlo.exponential"(%76) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %78 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %79 = "stablehlo.reduce"(%77, %78) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %80 = "stablehlo.broadcast_in_dim"(%79) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %81 = "stablehlo.divide"(%77, %80) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %82 = "stablehlo.sqrt"(%22) : (tensor<2xf32>) -> tensor<2xf32>
    %83 = "stablehlo.broadcast_in_dim"(%82) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %84 = "stablehlo.divide"(%81, %83) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %85 = "stablehlo.multiply"(%84, %39) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %86 = "stablehlo.broadcast_in_dim"(%85) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x4xf32>
    %87 = "stablehlo.multiply"(%86, %27) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %88 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %89 = "stablehlo.reduce"(%87, %88) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
    %90 = "stablehlo.broadcast_in_dim"(%84) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %91 = "stablehlo.multiply"(%90, %48) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %92 = "stablehlo.dot_general"(%91, %arg3) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [0, 2], rhs_contracting_dimensions = [0, 1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2x2xf32>, tensor<3x2x4xf32>) -> tensor<2x4xf32>
    %93 = "stablehlo.subtract"(%89, %92) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    %94 = "stablehlo.reshape"(%93) : (tensor<2x4xf32>) -> tensor<2x1x4xf32>
    %95 = "stablehlo.subtract"(%94, %arg8) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %96 = "stablehlo.multiply"(%95, %95) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %97 = "stablehlo.broadcast_in_dim"(%arg9) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2x1x4xf32>
    %98 = "stablehlo.multiply"(%96, %97) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %99 = "stablehlo.convert"(%98) : (tensor<2x1x4xf32>) -> tensor<2x1x4xf64>
    %100 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %101 = "stablehlo.reduce"(%99, %100) <{dimensions = array<i64: 0, 1, 2>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<2x1x4xf64>, tensor<f64>) -> tensor<f64>
    %102 = "stablehlo.constant"() <{value = dense<0x3FC0000000000000> : tensor<f64>}> : () -> tensor<f64>
    %103 = "stablehlo.multiply"(%101, %102) : (tensor<f64>, tensor<f64>) -> tensor<f64>
    %104 = "stablehlo.convert"(%103) : (tensor<f64>) -> tensor<f32>
    %105 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<f32>}> : () -> tensor<f32>
    %106 = "stablehlo.subtract"(%94, %arg8) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %107 = "stablehlo.broadcast_in_dim"(%arg9) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2x1x4xf32>
    %108 = "stablehlo.broadcast_in_dim"(%105) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x1x4xf32>
    %109 = "stablehlo.multiply"(%107, %108) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %110 = "stablehlo.constant"() <{value = dense<0x3E800000> : tensor<2x1x4xf32>}> : () -> tensor<2x1x4xf32>
    %111 = "stablehlo.multiply"(%106, %110) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %112 = "stablehlo.multiply"(%111, %109) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %113 = "stablehlo.reshape"(%arg0) : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
    %114 = "stablehlo.logistic"(%16) : (tensor<2xf32>) -> tensor<2xf32>
    %115 = "stablehlo.sqrt"(%114) : (tensor<2xf32>) -> tensor<2xf32>
    %116 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<2xf32>}> : () -> tensor<2xf32>
    %117 = "stablehlo.multiply"(%16, %116) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %118 = "stablehlo.logistic"(%117) : (tensor<2xf32>) -> tensor<2xf32>
    %119 = "stablehlo.broadcast_in_dim"(%113) <{broadcast_dimensions = array<i64: 1, 2>}> : (tensor<2x4xf32>) -> tensor<3x2x4xf32>
    %120 = "stablehlo.broadcast_in_dim"(%115) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x4xf32>
    %121 = "stablehlo.broadcast_in_dim"(%arg4) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x4xf32>) -> tensor<3x2x4xf32>
    %122 = "stablehlo.multiply"(%120, %121) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %123 = "stablehlo.subtract"(%119, %122) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %124 = "stablehlo.dot_general"(%123, %arg3) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [2]>, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}> : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x2xf32>
    %125 = "stablehlo.broadcast_in_dim"(%arg5) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %126 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x2xf32>
    %127 = "stablehlo.add"(%125, %126) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %128 = "stablehlo.broadcast_in_dim"(%arg6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x2xf32>
    %129 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %130 = "stablehlo.add"(%128, %129) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %131 = "stablehlo.logistic"(%127) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %132 = "stablehlo.logistic"(%130) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %133 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %134 = "stablehlo.multiply"(%130, %133) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %135 = "stablehlo.logistic"(%134) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %136 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3x2x2xf32>}> : () -> tensor<3x2x2xf32>
    %137 = "stablehlo.multiply"(%127, %136) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %138 = "stablehlo.logistic"(%137) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %139 = "stablehlo.broadcast_in_dim"(%135) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %140 = "stablehlo.multiply"(%131, %139) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %141 = "stablehlo.broadcast_in_dim"(%132) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %142 = "stablehlo.multiply"(%141, %138) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %143 = "stablehlo.subtract"(%140, %142) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %144 = "stablehlo.multiply"(%143, %124) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %145 = "stablehlo.multiply"(%123, %123) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %146 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %147 = "stablehlo.reduce"(%145, %146) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2xf32>
    %148 = "stablehlo.multiply"(%135, %147) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %149 = "stablehlo.multiply"(%144, %124) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %150 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %151 = "stablehlo.reduce"(%149, %150) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %152 = "stablehlo.subtract"(%148, %151) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %153 = "stablehlo.broadcast_in_dim"(%118) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %154 = "stablehlo.divide"(%152, %153) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %155 = "stablehlo.exponential"(%127) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %156 = "stablehlo.log_plus_one"(%155) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %157 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %158 = "stablehlo.reduce"(%156, %157) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %159 = "stablehlo.exponential"(%130) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %160 = "stablehlo.log_plus_one"(%159) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %161 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %162 = "stablehlo.multiply"(%160, %161) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %163 = "stablehlo.add"(%158, %162) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %164 = "stablehlo.broadcast_in_dim"(%arg7) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x2xf32>
    %165 = "stablehlo.add"(%163, %154) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %166 = "stablehlo.constant"() <{value = dense<0x3F000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %167 = "stablehlo.multiply"(%165, %166) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %168 = "stablehlo.subtract"(%164, %167) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %169 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %170 = "stablehlo.reduce"(%168, %169) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.maximum"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %171 = "stablehlo.broadcast_in_dim"(%170) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %172 = "stablehlo.subtract"(%168, %171) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %173 = "stablehlo.exponential"(%172) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %174 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %175 = "stablehlo.reduce"(%173, %174) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %176 = "stablehlo.broadcast_in_dim"(%175) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %177 = "stablehlo.divide"(%173, %176) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %178 = "stablehlo.reshape"(%112) : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
    %179 = "stablehlo.sqrt"(%118) : (tensor<2xf32>) -> tensor<2xf32>
    %180 = "stablehlo.broadcast_in_dim"(%179) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2x4xf32>
    %181 = "stablehlo.divide"(%178, %180) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    %182 = "stablehlo.dot_general"(%arg3, %181) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2x4xf32>, tensor<2x4xf32>) -> tensor<3x2x2xf32>
    %183 = "stablehlo.transpose"(%182) <{permutation = array<i64: 0, 2, 1>}> : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %184 = "stablehlo.broadcast_in_dim"(%181) <{broadcast_dimensions = array<i64: 1, 2>}> : (tensor<2x4xf32>) -> tensor<3x2x4xf32>
    %185 = "stablehlo.multiply"(%184, %123) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %186 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %187 = "stablehlo.reduce"(%185, %186) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2xf32>
    %188 = "stablehlo.multiply"(%135, %187) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %189 = "stablehlo.multiply"(%144, %183) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %190 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %191 = "stablehlo.reduce"(%189, %190) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %192 = "stablehlo.subtract"(%188, %191) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %193 = "stablehlo.multiply"(%177, %192) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %194 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %195 = "stablehlo.reduce"(%193, %194) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %196 = "stablehlo.broadcast_in_dim"(%195) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %197 = "stablehlo.subtract"(%192, %196) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %198 = "stablehlo.multiply"(%177, %197) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %199 = "stablehlo.constant"() <{value = dense<0x3F000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %200 = "stablehlo.multiply"(%198, %199) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %201 = "stablehlo.broadcast_in_dim"(%118) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %202 = "stablehlo.divide"(%200, %201) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %203 = "stablehlo.broadcast_in_dim"(%177) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %204 = "stablehlo.broadcast_in_dim"(%202) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %205 = "stablehlo.multiply"(%204, %124) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %206 = "stablehlo.multiply"(%203, %183) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %207 = "stablehlo.subtract"(%205, %206) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %208 = "stablehlo.multiply"(%124, %207) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %209 = "stablehlo.multiply"(%204, %144) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %210 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2x2xf32>}> : () -> tensor<3x2x2xf32>
    %211 = "stablehlo.multiply"(%209, %210) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %212 = "stablehlo.multiply"(%203, %143) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %213 = "stablehlo.multiply"(%212, %183) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %214 = "stablehlo.subtract"(%211, %213) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %215 = "stablehlo.multiply"(%177, %187) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %216 = "stablehlo.multiply"(%202, %147) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %217 = "stablehlo.subtract"(%215, %216) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %218 = "stablehlo.multiply"(%208, %138) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %219 = "stablehlo.broadcast_in_dim"(%198) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %220 = "stablehlo.constant"() <{value = dense<0x3F000000> : tensor<3x2x2xf32>}> : () -> tensor<3x2x2xf32>
    %221 = "stablehlo.multiply"(%219, %220) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %222 = "stablehlo.subtract"(%218, %221) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %223 = "stablehlo.multiply"(%131, %222) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %224 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %225 = "stablehlo.reduce"(%208, %224) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %226 = "stablehlo.add"(%225, %217) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %227 = "stablehlo.multiply"(%135, %226) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %228 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %229 = "stablehlo.multiply"(%198, %228) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %230 = "stablehlo.add"(%227, %229) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %231 = "stablehlo.multiply"(%132, %230) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %232 = "stablehlo.dot_general"(%214, %123) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2x2xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %233 = "stablehlo.multiply"(%203, %144) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %234 = "stablehlo.dot_general"(%233, %181) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2x2xf32>, tensor<2x4xf32>) -> tensor<3x2x4xf32>
    %235 = "stablehlo.subtract"(%232, %234) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %236 = "stablehlo.broadcast_in_dim"(%115) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %237 = "stablehlo.broadcast_in_dim"(%236) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %238 = "stablehlo.multiply"(%237, %214) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %239 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %240 = "stablehlo.reduce"(%238, %239) <{dimensions = array<i64: 1>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %241 = "stablehlo.multiply"(%177, %135) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %242 = "stablehlo.multiply"(%236, %241) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %243 = "stablehlo.dot_general"(%242, %181) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2xf32>, tensor<2x4xf32>) -> tensor<3x4xf32>
    %244 = "stablehlo.dot_general"(%240, %arg3) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2xf32>, tensor<3x2x4xf32>) -> tensor<3x4xf32>
    %245 = "stablehlo.add"(%243, %244) : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %246 = "stablehlo.multiply"(%202, %135) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %247 = "stablehlo.multiply"(%236, %246) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %248 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %249 = "stablehlo.multiply"(%247, %248) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %250 = "stablehlo.dot_general"(%249, %123) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2xf32>, tensor<3x2x4xf32>) -> tensor<3x4xf32>
    %251 = "stablehlo.subtract"(%250, %245) : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %252 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %253 = "stablehlo.reduce"(%223, %252) <{dimensions = array<i64: 1>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %254 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %255 = "stablehlo.reduce"(%231, %254) <{dimensions = array<i64: 1>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<3xf32>
    %256 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3xf32>}> : () -> tensor<3xf32>
    %257 = "stablehlo.multiply"(%255, %256) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %258 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %259 = "stablehlo.reduce"(%198, %258) <{dimensions = array<i64: 1>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<3xf32>
    "func.return"(%104, %235, %251, %253, %257, %259) : (tensor<f32>, tensor<3x2x4xf32>, tensor<3x4xf32>, tensor<3x2xf32>, tensor<3xf32>, tensor<3xf32>) -> ()
  }
}
