module @condmean {
  func.func public @main(%arg0: tensor<3x1x4xf32>, %arg1: tensor<2x1x3xf32>, %arg2: tensor<2xf32>, %arg3: tensor<2xf32>, %arg4: tensor<2xf32>, %arg5: tensor<2xf32>, %arg6: tensor<2xf32>, %arg7: tensor<3x2xf32>, %arg8: tensor<1x2x3xf32>, %arg9: tensor<1xf32>, %arg10: tensor<3x1x4xf32>, %arg11: tensor<3xf32>) -> (tensor<f32>, tensor<2x1x3xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<1x2x3xf32>, tensor<1xf32>, tensor<2xf32>, tensor<2xf32>) {
    %0 = "stablehlo.reshape"(%arg0) : (tensor<3x1x4xf32>) -> tensor<3x1x1x4xf32>
    %1 = "stablehlo.transpose"(%0) <{permutation = array<i64: 0, 2, 3, 1>}> : (tensor<3x1x1x4xf32>) -> tensor<3x1x4x1xf32>
    %2 = "stablehlo.slice"(%1) <{start_indices = array<i64: 0, 0, 0, 0>, limit_indices = array<i64: 3, 1, 1, 1>, strides = array<i64: 1, 1, 1, 1>}> : (tensor<3x1x4x1xf32>) -> tensor<3x1x1x1xf32>
    %3 = "stablehlo.slice"(%1) <{start_indices = array<i64: 0, 0, 3, 0>, limit_indices = array<i64: 3, 1, 4, 1>, strides = array<i64: 1, 1, 1, 1>}> : (tensor<3x1x4x1xf32>) -> tensor<3x1x1x1xf32>
    %4 = "stablehlo.concatenate"(%2, %1, %3) <{dimension = 2 : i64}> : (tensor<3x1x1x1xf32>, tensor<3x1x4x1xf32>, tensor<3x1x1x1xf32>) -> tensor<3x1x6x1xf32>
    %5 = "stablehlo.reshape"(%arg1) : (tensor<2x1x3xf32>) -> tensor<2x1x1x3xf32>
    %6 = "stablehlo.convolution"(%4, %5) <{window_strides = array<i64: 1, 1>, padding = dense<[[0, 0], [0, 0]]> : tensor<2x2xi64>, lhs_dilation = array<i64: 1, 1>, rhs_dilation = array<i64: 1, 1>, window_reversal = array<i1: false, false>, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[o, i, 0, 1]->[b, 0, 1, f]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x1x6x1xf32>, tensor<2x1x1x3xf32>) -> tensor<3x1x4x2xf32>
    %7 = "stablehlo.broadcast_in_dim"(%arg2) <{broadcast_dimensions = array<i64: 3>}> : (tensor<2xf32>) -> tensor<3x1x4x2xf32>
    %8 = "stablehlo.add"(%6, %7) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %9 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %10 = "stablehlo.reduce"(%8, %9) <{dimensions = array<i64: 1, 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x1x4x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %11 = "stablehlo.constant"() <{value = dense<0x3E800000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %12 = "stablehlo.multiply"(%10, %11) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %13 = "stablehlo.broadcast_in_dim"(%12) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %14 = "stablehlo.subtract"(%8, %13) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %15 = "stablehlo.multiply"(%14, %14) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %16 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %17 = "stablehlo.reduce"(%15, %16) <{dimensions = array<i64: 1, 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x1x4x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %18 = "stablehlo.reshape"(%12) : (tensor<3x2xf32>) -> tensor<1x3x2xf32>
    %19 = "stablehlo.reshape"(%17) : (tensor<3x2xf32>) -> tensor<1x3x2xf32>
    %20 = "stablehlo.concatenate"(%18, %19) <{dimension = 0 : i64}> : (tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<2x3x2xf32>
    %21 = "stablehlo.broadcast_in_dim"(%arg3) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %22 = "stablehlo.convert"(%21) : (tensor<3x2xf32>) -> tensor<3x2xf64>
    %23 = "stablehlo.broadcast_in_dim"(%arg4) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %24 = "stablehlo.convert"(%23) : (tensor<3x2xf32>) -> tensor<3x2xf64>
    %25 = "stablehlo.slice"(%20) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %26 = "stablehlo.reshape"(%25) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %27 = "stablehlo.slice"(%20) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %28 = "stablehlo.reshape"(%27) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %29 = "stablehlo.convert"(%26) : (tensor<3x2xf32>) -> tensor<3x2xf64>
    %30 = "stablehlo.convert"(%28) : (tensor<3x2xf32>) -> tensor<3x2xf64>
    %31 = "stablehlo.constant"() <{value = dense<0x3FF0000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %32 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %33 = "stablehlo.multiply"(%31, %29) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %34 = "stablehlo.add"(%33, %32) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %35 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %36 = "stablehlo.reduce"(%34, %35) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %37 = "stablehlo.broadcast_in_dim"(%36) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf64>) -> tensor<3x2xf64>
    %38 = "stablehlo.constant"() <{value = dense<0x3FD5555555555555> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %39 = "stablehlo.multiply"(%37, %38) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %40 = "stablehlo.subtract"(%34, %39) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %41 = "stablehlo.multiply"(%31, %31) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %42 = "stablehlo.multiply"(%41, %30) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %43 = "stablehlo.multiply"(%40, %40) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %44 = "stablehlo.constant"() <{value = dense<0x4010000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %45 = "stablehlo.multiply"(%43, %44) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %46 = "stablehlo.add"(%42, %45) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %47 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %48 = "stablehlo.reduce"(%46, %47) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %49 = "stablehlo.broadcast_in_dim"(%48) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf64>) -> tensor<3x2xf64>
    %50 = "stablehlo.constant"() <{value = dense<0x3FB5555555555555> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %51 = "stablehlo.multiply"(%49, %50) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %52 = "stablehlo.constant"() <{value = dense<0x3EE4F8B588E368F1> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %53 = "stablehlo.add"(%51, %52) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %54 = "stablehlo.rsqrt"(%53) : (tensor<3x2xf64>) -> tensor<3x2xf64>
    %55 = "stablehlo.slice"(%39) <{start_indices = array<i64: 0, 0>, limit_indices = array<i64: 1, 2>, strides = array<i64: 1, 1>}> : (tensor<3x2xf64>) -> tensor<1x2xf64>
    %56 = "stablehlo.reshape"(%55) : (tensor<1x2xf64>) -> tensor<2xf64>
    %57 = "stablehlo.convert"(%56) : (tensor<2xf64>) -> tensor<2xf32>
    %58 = "stablehlo.subtract"(%57, %arg5) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %59 = "stablehlo.constant"() <{value = dense<0x3DCCCCCD> : tensor<2xf32>}> : () -> tensor<2xf32>
    %60 = "stablehlo.multiply"(%58, %59) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %61 = "stablehlo.add"(%arg5, %60) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %62 = "stablehlo.constant"() <{value = dense<0x3FF1745D1745D174> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %63 = "stablehlo.multiply"(%51, %62) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %64 = "stablehlo.slice"(%63) <{start_indices = array<i64: 0, 0>, limit_indices = array<i64: 1, 2>, strides = array<i64: 1, 1>}> : (tensor<3x2xf64>) -> tensor<1x2xf64>
    %65 = "stablehlo.reshape"(%64) : (tensor<1x2xf64>) -> tensor<2xf64>
    %66 = "stablehlo.convert"(%65) : (tensor<2xf64>) -> tensor<2xf32>
    %67 = "stablehlo.subtract"(%66, %arg6) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %68 = "stablehlo.constant"() <{value = dense<0x3DCCCCCD> : tensor<2xf32>}> : () -> tensor<2xf32>
    %69 = "stablehlo.multiply"(%67, %68) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %70 = "stablehlo.add"(%arg6, %69) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %71 = "stablehlo.multiply"(%22, %54) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %72 = "stablehlo.subtract"(%32, %39) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %73 = "stablehlo.multiply"(%71, %72) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %74 = "stablehlo.add"(%73, %24) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %75 = "stablehlo.multiply"(%71, %31) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %76 = "stablehlo.reshape"(%75) : (tensor<3x2xf64>) -> tensor<1x3x2xf64>
    %77 = "stablehlo.reshape"(%74) : (tensor<3x2xf64>) -> tensor<1x3x2xf64>
    %78 = "stablehlo.concatenate"(%76, %77) <{dimension = 0 : i64}> : (tensor<1x3x2xf64>, tensor<1x3x2xf64>) -> tensor<2x3x2xf64>
    %79 = "stablehlo.convert"(%78) : (tensor<2x3x2xf64>) -> tensor<2x3x2xf32>
    %80 = "stablehlo.slice"(%79) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %81 = "stablehlo.reshape"(%80) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %82 = "stablehlo.slice"(%79) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %83 = "stablehlo.reshape"(%82) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %84 = "stablehlo.broadcast_in_dim"(%81) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %85 = "stablehlo.multiply"(%84, %8) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %86 = "stablehlo.broadcast_in_dim"(%83) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %87 = "stablehlo.add"(%85, %86) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %88 = "stablehlo.logistic"(%87) : (tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %89 = "stablehlo.multiply"(%87, %88) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %90 = "stablehlo.broadcast_in_dim"(%arg7) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %91 = "stablehlo.multiply"(%89, %90) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %92 = "stablehlo.reshape"(%arg8) : (tensor<1x2x3xf32>) -> tensor<1x2x1x3xf32>
    %93 = "stablehlo.convolution"(%91, %92) <{window_strides = array<i64: 1, 1>, padding = dense<[[0, 0], [1, 1]]> : tensor<2x2xi64>, lhs_dilation = array<i64: 1, 1>, rhs_dilation = array<i64: 1, 1>, window_reversal = array<i1: false, false>, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[o, i, 0, 1]->[b, 0, 1, f]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x1x4x2xf32>, tensor<1x2x1x3xf32>) -> tensor<3x1x4x1xf32>
    %94 = "stablehlo.broadcast_in_dim"(%arg9) <{broadcast_dimensions = array<i64: 3>}> : (tensor<1xf32>) -> tensor<3x1x4x1xf32>
    %95 = "stablehlo.add"(%93, %94) : (tensor<3x1x4x1xf32>, tensor<3x1x4x1xf32>) -> tensor<3x1x4x1xf32>
    %96 = "stablehlo.transpose"(%95) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<3x1x4x1xf32>) -> tensor<3x1x1x4xf32>
    %97 = "stablehlo.reshape"(%96) : (tensor<3x1x1x4xf32>) -> tensor<3x1x4xf32>
    %98 = "stablehlo.subtract"(%97, %arg10) : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
    %99 = "stablehlo.multiply"(%98, %98) : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
    %100 = "stablehlo.broadcast_in_dim"(%arg11) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x1x4xf32>
    %101 = "stablehlo.multiply"(%99, %100) : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
    %102 = "stablehlo.convert"(%101) : (tensor<3x1x4xf32>) -> tensor<3x1x4xf64>
    %103 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %104 = "stablehlo.reduce"(%102, %103) <{dimensions = array<i64: 0, 1, 2>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x1x4xf64>, tensor<f64>) -> tensor<f64>
    %105 = "stablehlo.constant"() <{value = dense<0x3FB5555555555555> : tensor<f64>}> : () -> tensor<f64>
    %106 = "stablehlo.multiply"(%104, %105) : (tensor<f64>, tensor<f64>) -> tensor<f64>
    %107 = "stablehlo.convert"(%106) : (tensor<f64>) -> tensor<f32>
    %108 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<f32>}> : () -> tensor<f32>
    %109 = "stablehlo.subtract"(%97, %arg10) : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
    %110 = "stablehlo.broadcast_in_dim"(%arg11) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x1x4xf32>
    %111 = "stablehlo.broadcast_in_dim"(%108) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x1x4xf32>
    %112 = "stablehlo.multiply"(%110, %111) : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
    %113 = "stablehlo.constant"() <{value = dense<0x3E2AAAAB> : tensor<3x1x4xf32>}> : () -> tensor<3x1x4xf32>
    %114 = "stablehlo.multiply"(%109, %113) : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
    %115 = "stablehlo.multiply"(%114, %112) : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
    %116 = "stablehlo.reshape"(%115) : (tensor<3x1x4xf32>) -> tensor<3x1x1x4xf32>
    %117 = "stablehlo.transpose"(%116) <{permutation = array<i64: 0, 2, 3, 1>}> : (tensor<3x1x1x4xf32>) -> tensor<3x1x4x1xf32>
    %118 = "stablehlo.slice"(%79) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %119 = "stablehlo.reshape"(%118) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %120 = "stablehlo.slice"(%79) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %121 = "stablehlo.reshape"(%120) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %122 = "stablehlo.broadcast_in_dim"(%119) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %123 = "stablehlo.multiply"(%122, %8) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %124 = "stablehlo.broadcast_in_dim"(%121) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %125 = "stablehlo.add"(%123, %124) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %126 = "stablehlo.logistic"(%125) : (tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %127 = "stablehlo.multiply"(%125, %126) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %128 = "stablehlo.broadcast_in_dim"(%arg7) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %129 = "stablehlo.multiply"(%127, %128) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %130 = "stablehlo.reshape"(%arg8) : (tensor<1x2x3xf32>) -> tensor<1x2x1x3xf32>
    %131 = "stablehlo.reverse"(%130) <{dimensions = array<i64: 2, 3>}> : (tensor<1x2x1x3xf32>) -> tensor<1x2x1x3xf32>
    %132 = "stablehlo.convolution"(%117, %131) <{window_strides = array<i64: 1, 1>, padding = dense<[[0, 0], [1, 1]]> : tensor<2x2xi64>, lhs_dilation = array<i64: 1, 1>, rhs_dilation = array<i64: 1, 1>, window_reversal = array<i1: false, false>, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[i, o, 0, 1]->[b, 0, 1, f]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x1x4x1xf32>, tensor<1x2x1x3xf32>) -> tensor<3x1x4x2xf32>
    %133 = "stablehlo.logistic"(%125) : (tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %134 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<3x1x4x2xf32>}> : () -> tensor<3x1x4x2xf32>
    %135 = "stablehlo.subtract"(%134, %133) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %136 = "stablehlo.multiply"(%125, %135) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %137 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<3x1x4x2xf32>}> : () -> tensor<3x1x4x2xf32>
    %138 = "stablehlo.add"(%136, %137) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %139 = "stablehlo.multiply"(%133, %138) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %140 = "stablehlo.multiply"(%132, %139) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %141 = "stablehlo.multiply"(%140, %128) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %142 = "stablehlo.multiply"(%141, %8) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %143 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %144 = "stablehlo.reduce"(%142, %143) <{dimensions = array<i64: 1, 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x1x4x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %145 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %146 = "stablehlo.reduce"(%141, %145) <{dimensions = array<i64: 1, 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x1x4x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %147 = "stablehlo.reshape"(%144) : (tensor<3x2xf32>) -> tensor<1x3x2xf32>
    %148 = "stablehlo.reshape"(%146) : (tensor<3x2xf32>) -> tensor<1x3x2xf32>
    %149 = "stablehlo.concatenate"(%147, %148) <{dimension = 0 : i64}> : (tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<2x3x2xf32>
    %150 = "stablehlo.broadcast_in_dim"(%arg3) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %151 = "stablehlo.convert"(%150) : (tensor<3x2xf32>) -> tensor<3x2xf64>
    %152 = "stablehlo.broadcast_in_dim"(%arg4) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %153 = "stablehlo.convert"(%152) : (tensor<3x2xf32>) -> tensor<3x2xf64>
    %154 = "stablehlo.slice"(%20) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %155 = "stablehlo.reshape"(%154) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %156 = "stablehlo.slice"(%20) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %157 = "stablehlo.reshape"(%156) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %158 = "stablehlo.convert"(%155) : (tensor<3x2xf32>) -> tensor<3x2xf64>
    %159 = "stablehlo.convert"(%157) : (tensor<3x2xf32>) -> tensor<3x2xf64>
    %160 = "stablehlo.constant"() <{value = dense<0x3FF0000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %161 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %162 = "stablehlo.multiply"(%160, %158) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %163 = "stablehlo.add"(%162, %161) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %164 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %165 = "stablehlo.reduce"(%163, %164) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %166 = "stablehlo.broadcast_in_dim"(%165) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf64>) -> tensor<3x2xf64>
    %167 = "stablehlo.constant"() <{value = dense<0x3FD5555555555555> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %168 = "stablehlo.multiply"(%166, %167) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %169 = "stablehlo.subtract"(%163, %168) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %170 = "stablehlo.multiply"(%160, %160) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %171 = "stablehlo.multiply"(%170, %159) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %172 = "stablehlo.multiply"(%169, %169) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %173 = "stablehlo.constant"() <{value = dense<0x4010000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %174 = "stablehlo.multiply"(%172, %173) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %175 = "stablehlo.add"(%171, %174) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %176 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %177 = "stablehlo.reduce"(%175, %176) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %178 = "stablehlo.broadcast_in_dim"(%177) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf64>) -> tensor<3x2xf64>
    %179 = "stablehlo.constant"() <{value = dense<0x3FB5555555555555> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %180 = "stablehlo.multiply"(%178, %179) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %181 = "stablehlo.constant"() <{value = dense<0x3EE4F8B588E368F1> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %182 = "stablehlo.add"(%180, %181) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %183 = "stablehlo.rsqrt"(%182) : (tensor<3x2xf64>) -> tensor<3x2xf64>
    %184 = "stablehlo.convert"(%149) : (tensor<2x3x2xf32>) -> tensor<2x3x2xf64>
    %185 = "stablehlo.slice"(%184) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf64>) -> tensor<1x3x2xf64>
    %186 = "stablehlo.reshape"(%185) : (tensor<1x3x2xf64>) -> tensor<3x2xf64>
    %187 = "stablehlo.slice"(%184) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf64>) -> tensor<1x3x2xf64>
    %188 = "stablehlo.reshape"(%187) : (tensor<1x3x2xf64>) -> tensor<3x2xf64>
    %189 = "stablehlo.multiply"(%151, %183) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %190 = "stablehlo.multiply"(%186, %189) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %191 = "stablehlo.multiply"(%188, %189) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %192 = "stablehlo.multiply"(%186, %160) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %193 = "stablehlo.subtract"(%161, %168) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %194 = "stablehlo.multiply"(%188, %193) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %195 = "stablehlo.add"(%192, %194) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %196 = "stablehlo.multiply"(%195, %183) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %197 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %198 = "stablehlo.reduce"(%196, %197) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %199 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %200 = "stablehlo.reduce"(%188, %199) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %201 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %202 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %203 = "stablehlo.multiply"(%188, %189) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %204 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %205 = "stablehlo.reduce"(%203, %204) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %206 = "stablehlo.broadcast_in_dim"(%205) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf64>) -> tensor<3x2xf64>
    %207 = "stablehlo.constant"() <{value = dense<0xBFF0000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %208 = "stablehlo.multiply"(%206, %207) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %209 = "stablehlo.multiply"(%183, %183) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %210 = "stablehlo.multiply"(%189, %209) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %211 = "stablehlo.multiply"(%195, %210) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %212 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %213 = "stablehlo.reduce"(%211, %212) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %214 = "stablehlo.broadcast_in_dim"(%213) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf64>) -> tensor<3x2xf64>
    %215 = "stablehlo.constant"() <{value = dense<0xBFE0000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %216 = "stablehlo.multiply"(%214, %215) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %217 = "stablehlo.multiply"(%160, %158) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %218 = "stablehlo.add"(%217, %161) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %219 = "stablehlo.subtract"(%218, %168) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %220 = "stablehlo.multiply"(%216, %219) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %221 = "stablehlo.constant"() <{value = dense<0x4000000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %222 = "stablehlo.multiply"(%220, %221) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %223 = "stablehlo.add"(%208, %222) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %224 = "stablehlo.constant"() <{value = dense<0x3FD5555555555555> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %225 = "stablehlo.multiply"(%223, %224) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %226 = "stablehlo.constant"() <{value = dense<0x3FB5555555555555> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %227 = "stablehlo.multiply"(%216, %226) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %228 = "stablehlo.multiply"(%225, %160) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %229 = "stablehlo.multiply"(%160, %160) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %230 = "stablehlo.multiply"(%227, %229) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %231 = "stablehlo.multiply"(%225, %158) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %232 = "stablehlo.multiply"(%160, %159) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %233 = "stablehlo.multiply"(%227, %232) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %234 = "stablehlo.constant"() <{value = dense<0x4000000000000000> : tensor<3x2xf64>}> : () -> tensor<3x2xf64>
    %235 = "stablehlo.multiply"(%233, %234) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %236 = "stablehlo.add"(%231, %235) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %237 = "stablehlo.add"(%190, %236) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %238 = "stablehlo.add"(%191, %225) : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xf64>
    %239 = "stablehlo.reshape"(%228) : (tensor<3x2xf64>) -> tensor<1x3x2xf64>
    %240 = "stablehlo.reshape"(%230) : (tensor<3x2xf64>) -> tensor<1x3x2xf64>
    %241 = "stablehlo.concatenate"(%239, %240) <{dimension = 0 : i64}> : (tensor<1x3x2xf64>, tensor<1x3x2xf64>) -> tensor<2x3x2xf64>
    %242 = "stablehlo.convert"(%241) : (tensor<2x3x2xf64>) -> tensor<2x3x2xf32>
    %243 = "stablehlo.convert"(%198) : (tensor<2xf64>) -> tensor<2xf32>
    %244 = "stablehlo.convert"(%200) : (tensor<2xf64>) -> tensor<2xf32>
    %245 = "stablehlo.slice"(%242) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %246 = "stablehlo.reshape"(%245) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %247 = "stablehlo.slice"(%242) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %248 = "stablehlo.reshape"(%247) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %249 = "stablehlo.slice"(%20) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %250 = "stablehlo.reshape"(%249) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %251 = "stablehlo.slice"(%20) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %252 = "stablehlo.reshape"(%251) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %253 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %254 = "stablehlo.multiply"(%248, %253) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %255 = "stablehlo.constant"() <{value = dense<0x3E800000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %256 = "stablehlo.multiply"(%246, %255) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %257 = "stablehlo.multiply"(%254, %250) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %258 = "stablehlo.subtract"(%256, %257) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %259 = "stablehlo.reshape"(%254) : (tensor<3x2xf32>) -> tensor<1x3x2xf32>
    %260 = "stablehlo.reshape"(%258) : (tensor<3x2xf32>) -> tensor<1x3x2xf32>
    %261 = "stablehlo.concatenate"(%259, %260) <{dimension = 0 : i64}> : (tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<2x3x2xf32>
    %262 = "stablehlo.slice"(%79) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %263 = "stablehlo.reshape"(%262) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %264 = "stablehlo.slice"(%79) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %265 = "stablehlo.reshape"(%264) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %266 = "stablehlo.broadcast_in_dim"(%263) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %267 = "stablehlo.multiply"(%266, %141) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %268 = "stablehlo.slice"(%261) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %269 = "stablehlo.reshape"(%268) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %270 = "stablehlo.slice"(%261) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %271 = "stablehlo.reshape"(%270) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %272 = "stablehlo.broadcast_in_dim"(%269) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %273 = "stablehlo.multiply"(%272, %8) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %274 = "stablehlo.broadcast_in_dim"(%271) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %275 = "stablehlo.add"(%273, %274) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %276 = "stablehlo.add"(%267, %275) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %277 = "stablehlo.slice"(%1) <{start_indices = array<i64: 0, 0, 0, 0>, limit_indices = array<i64: 3, 1, 1, 1>, strides = array<i64: 1, 1, 1, 1>}> : (tensor<3x1x4x1xf32>) -> tensor<3x1x1x1xf32>
    %278 = "stablehlo.slice"(%1) <{start_indices = array<i64: 0, 0, 3, 0>, limit_indices = array<i64: 3, 1, 4, 1>, strides = array<i64: 1, 1, 1, 1>}> : (tensor<3x1x4x1xf32>) -> tensor<3x1x1x1xf32>
    %279 = "stablehlo.concatenate"(%277, %1, %278) <{dimension = 2 : i64}> : (tensor<3x1x1x1xf32>, tensor<3x1x4x1xf32>, tensor<3x1x1x1xf32>) -> tensor<3x1x6x1xf32>
    %280 = "stablehlo.convolution"(%279, %276) <{window_strides = array<i64: 1, 1>, padding = dense<[[0, 0], [0, 0]]> : tensor<2x2xi64>, lhs_dilation = array<i64: 1, 1>, rhs_dilation = array<i64: 1, 1>, window_reversal = array<i1: false, false>, dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[f, b, 0, 1]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x1x6x1xf32>, tensor<3x1x4x2xf32>) -> tensor<2x1x1x3xf32>
    %281 = "stablehlo.reshape"(%280) : (tensor<2x1x1x3xf32>) -> tensor<2x1x3xf32>
    %282 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %283 = "stablehlo.reduce"(%276, %282) <{dimensions = array<i64: 0, 1, 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x1x4x2xf32>, tensor<f32>) -> tensor<2xf32>
    %284 = "stablehlo.slice"(%79) <{start_indices = array<i64: 0, 0, 0>, limit_indices = array<i64: 1, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %285 = "stablehlo.reshape"(%284) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %286 = "stablehlo.slice"(%79) <{start_indices = array<i64: 1, 0, 0>, limit_indices = array<i64: 2, 3, 2>, strides = array<i64: 1, 1, 1>}> : (tensor<2x3x2xf32>) -> tensor<1x3x2xf32>
    %287 = "stablehlo.reshape"(%286) : (tensor<1x3x2xf32>) -> tensor<3x2xf32>
    %288 = "stablehlo.broadcast_in_dim"(%285) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %289 = "stablehlo.multiply"(%288, %8) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %290 = "stablehlo.broadcast_in_dim"(%287) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %291 = "stablehlo.add"(%289, %290) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %292 = "stablehlo.logistic"(%291) : (tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %293 = "stablehlo.multiply"(%291, %292) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %294 = "stablehlo.broadcast_in_dim"(%arg7) <{broadcast_dimensions = array<i64: 0, 3>}> : (tensor<3x2xf32>) -> tensor<3x1x4x2xf32>
    %295 = "stablehlo.multiply"(%293, %294) : (tensor<3x1x4x2xf32>, tensor<3x1x4x2xf32>) -> tensor<3x1x4x2xf32>
    %296 = "stablehlo.convolution"(%295, %117) <{window_strides = array<i64: 1, 1>, padding = dense<[[0, 0], [1, 1]]> : tensor<2x2xi64>, lhs_dilation = array<i64: 1, 1>, rhs_dilation = array<i64: 1, 1>, window_reversal = array<i1: false, false>, dimension_numbers = #stablehlo.conv<[f, 0, 1, b]x[i, 0, 1, o]->[f, b, 0, 1]>, feature_group_count = 1 : i64, batch_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x1x4x2xf32>, tensor<3x1x4x1xf32>) -> tensor<1x2x1x3xf32>
    %297 = "stablehlo.reshape"(%296) : (tensor<1x2x1x3xf32>) -> tensor<1x2x3xf32>
    %298 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %299 = "stablehlo.reduce"(%117, %298) <{dimensions = array<i64: 0, 1, 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x1x4x1xf32>, tensor<f32>) -> tensor<1xf32>
    "func.return"(%107, %281, %283, %243, %244, %297, %299, %61, %70) : (tensor<f32>, tensor<2x1x3xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<1x2x3xf32>, tensor<1xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }
}
